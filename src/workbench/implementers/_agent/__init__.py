"""What the agent works with: its definition, tools, desk, memory and budgets; no SDK in here."""
