"""The one plug-in mechanism: a room lists its files, and a member is loaded by its file's name.

A member is there by being there: no decorator, no dictionary, no list to edit. Listing imports
nothing. Files whose names start with an underscore are furniture and no members.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

from workbench.errors import UsageError, nearest


def members(room: str) -> list[str]:
    """List the members of a room without importing any of them.

    Args:
        room: A package inside workbench, for example ``"checks"``.

    Returns:
        The members' names, sorted.
    """
    files = os.listdir(Path(__file__).parent / room)  # asked hundreds of times for one report
    return sorted([file[:-3] for file in files if file.endswith(".py") and file[0] != "_"])


def source(room: str, name: str) -> str:
    """Read a member's source text without importing it.

    Args:
        room: A package inside workbench.
        name: A member of it.

    Returns:
        The file's text.

    Raises:
        UsageError: The room has no such member.
    """
    _require(room, name)
    return (Path(__file__).parent / room / f"{name}.py").read_text(encoding="utf-8")


def load(room: str, name: str) -> ModuleType:
    """Import one member.

    Args:
        room: A package inside workbench.
        name: A member of it.

    Returns:
        The member's module, which is its interface.

    Raises:
        UsageError: The room has no such member.
    """
    dotted = f"workbench.{room}.{name}"
    if dotted not in sys.modules or not _is_public(name):  # what is loaded was there
        _require(room, name)
    return importlib.import_module(dotted)


def _is_public(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_")


def _require(room: str, name: str) -> None:
    known = members(room)
    if name not in known:
        raise UsageError(f"there is no {name!r} among the {room}: {nearest(name, known)}")
