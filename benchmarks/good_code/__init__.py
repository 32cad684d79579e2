"""Good code that nobody wrote for the workbench, wrapped so that it can be judged."""
