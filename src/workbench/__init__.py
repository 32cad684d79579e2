"""An ML model workbench for Jupyter: a written model design becomes code that can be trusted.

Importing this package is light: no tensor library, no client and no widget is loaded before it is
needed. The public names below are looked up when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.records import Draft, Export, Report, Study, Verdict
    from workbench.session import Session
    from workbench.spec import Spec

__version__ = "0.1.0"

_HOMES = {
    "Draft": "records",
    "Export": "records",
    "Report": "records",
    "Session": "session",
    "Spec": "spec",
    "Study": "records",
    "Verdict": "records",
}

__all__ = ["Draft", "Export", "Report", "Session", "Spec", "Study", "Verdict"]


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(importlib.import_module(f"workbench.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook the magics: ``%load_ext workbench``."""
    importlib.import_module("workbench.widgets.magics").register(shell)
