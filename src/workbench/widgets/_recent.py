"""The spec files that a person used last; a convenience that may be lost."""

from __future__ import annotations

import contextlib
from pathlib import Path

from workbench.session import sessions_folder

_MOST = 8


def paths() -> list[Path]:
    """List them, the latest first."""
    try:
        lines = _file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [Path(line) for line in lines if line][:_MOST]


def add(path: Path) -> None:
    """Put a file first."""
    latest = path.expanduser().resolve()
    kept = [latest, *(other for other in paths() if other != latest)][:_MOST]
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_text("\n".join(map(str, kept)) + "\n", encoding="utf-8")


def _file() -> Path:
    return sessions_folder().parent / "recent-specs.txt"
