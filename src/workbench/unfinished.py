"""The targets into whose working trees an export is being written: a small file for each.

Whoever starts next looks there for one that was killed; its journal lies in the target's git
folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs


def remember(root: Path) -> None:
    """Note a target before anything is written into it."""
    with suppress(OSError):  # the next export into the target itself looks as well
        note = _note(root)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_bytes(os.fsencode(root))


def forget(root: Path) -> None:
    """Drop a target that is whole."""
    with suppress(OSError):
        _note(root).unlink(missing_ok=True)


def pending() -> Iterator[Path]:
    """Yield the targets that were noted and not dropped."""
    with suppress(OSError):
        for note in sorted(_folder().iterdir()):
            root = Path(os.fsdecode(note.read_bytes()))
            if root.is_dir():
                yield root
            else:
                note.unlink(missing_ok=True)


def _folder() -> Path:
    return platformdirs.user_state_path("workbench") / "in-place"


def _note(root: Path) -> Path:
    return _folder() / hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
