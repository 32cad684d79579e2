"""Folders of our own beside the target: made, used, and removed even after a killed run."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from workbench.repo._git import Git

_TREE, _LOCK = "tree", "lock"


@contextmanager
def scratch(git: Git) -> Iterator[Path]:
    """Make a temporary folder for work on one repository.

    A lock tells a folder in use from one that a killed run left behind; the latter are removed
    first, with the worktree that git may have registered in them.

    Args:
        git: Git in the repository.

    Yields:
        The folder; ``tree`` in it is free for a working tree.
    """
    home = git.text("rev-parse", "--path-format=absolute", "--git-common-dir")
    prefix = f"workbench-{hashlib.sha256(home.encode()).hexdigest()[:12]}-"
    _sweep(git, prefix)
    folder, lock = _locked(prefix)
    with lock:
        try:
            yield folder
        finally:
            _remove(git, folder)


def tree_of(folder: Path) -> Path:
    """Return where the working tree stands in a scratch folder."""
    return folder / _TREE


def _locked(prefix: str) -> tuple[Path, TextIO]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        lock = (folder / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, lock
        lock.close()  # another run swept it away before it was locked


def _sweep(git: Git, prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{prefix}*"):
        try:
            with (folder / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(git, folder, left_behind=True)
        except OSError:  # in use, or just removed by somebody else
            continue


def _remove(git: Git, folder: Path, *, left_behind: bool = False) -> None:
    tree = tree_of(folder)
    # A git that was killed half way may have registered a worktree that has no .git yet.
    if (tree / ".git").exists() or left_behind:
        git.ask("worktree", "remove", "--force", "--force", str(tree))
    shutil.rmtree(folder, ignore_errors=True)
