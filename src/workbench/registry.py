"""The one plug-in mechanism: a room lists its files, and a member is loaded by its file's name.

A member is there by being there: no decorator, no dictionary, no list to edit. Listing imports
nothing. Files whose names start with an underscore are furniture and no members.
"""

from __future__ import annotations

import importlib
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
    folder = Path(__file__).parent / room
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


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
    _require(room, name)
    return importlib.import_module(f"workbench.{room}.{name}")


def _require(room: str, name: str) -> None:
    known = members(room)
    if name not in known:
        raise UsageError(f"there is no {name!r} among the {room}: {nearest(name, known)}")
