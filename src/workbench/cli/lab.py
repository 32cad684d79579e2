"""``workbench lab``: open JupyterLab with the workbench; further arguments go to JupyterLab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer


def lab(context: typer.Context) -> None:
    """Open JupyterLab with the workbench; further arguments go to JupyterLab."""
    import shutil

    from workbench import batch as pipeline

    source = pipeline.notebook("workbench.ipynb")
    if "site-packages" in source.parts:
        # An installed notebook is nobody's to edit, so a copy is opened.
        copy = Path.cwd() / source.name
        if not copy.exists():
            shutil.copyfile(source, copy)
        source = copy
    # The front end is found here as well where it was not installed among Python's data files.
    front_end = str(Path(__file__).parents[1] / "front_end")
    paths = [front_end, *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(source), *context.args])
