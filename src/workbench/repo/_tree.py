"""Which files a target has, and their text: nothing is followed, imported or run.

In a git repository these are the files of HEAD, for an export stands on HEAD; elsewhere the
folders are walked. What cannot be read is noted and passed over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import TargetError
from workbench.repo._git import Git

LARGEST = 1_000_000  # bytes
_PRUNED = {
    ".git",
    ".hg",
    ".svn",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    ".eggs",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "wandb",
}
_PRUNED_IN_GIT = {"node_modules", "site-packages", "__pycache__"}


class Unreadable(Exception):
    """A file is passed over; the message is the reason."""


@dataclass(frozen=True)
class Tree:
    """The files of a target.

    Args:
        root: Its root folder.
        files: Their paths relative to the root, sorted, with forward slashes.
        skipped: What is passed over, with the reason.
    """

    root: Path
    files: tuple[str, ...]
    skipped: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> str:
        """Read a text file with line breaks as ``\\n``.

        Raises:
            Unreadable: It is gone, no ordinary file, too large, binary or not UTF-8.
        """
        return decode(_bytes(self.root / path))


def tree(root: Path, git: Git | None, commit: str) -> Tree:
    """List a target's files.

    Args:
        root: Its root folder.
        git: Git in that folder, where it is a repository.
        commit: The commit to list, or ``""`` to walk the folders.

    Returns:
        The files below the root.
    """
    skipped: dict[str, str] = {}
    listed = _of_commit(git, commit, skipped) if git and commit else _walk(root, skipped)
    files = []
    for path in listed:
        try:
            path.encode()
        except UnicodeEncodeError:
            name = os.fsencode(path).decode("utf-8", "backslashreplace")
            skipped[name] = "its name is not UTF-8"
            continue
        files.append(path)
    return Tree(root, tuple(sorted(files)), dict(sorted(skipped.items())))


def decode(raw: bytes) -> str:
    """Turn the bytes of a text file into text with line breaks as ``\\n``.

    Raises:
        Unreadable: They are binary or not UTF-8.
    """
    if b"\0" in raw:
        raise Unreadable("binary")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 (byte {error.start})") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if b"\r" in raw else text


def _bytes(path: Path) -> bytes:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("no ordinary file")
        if status.st_size > LARGEST:
            size = f"{status.st_size / 1e6:.1f} MB"
            raise Unreadable(f"too large: {size}, at most {LARGEST / 1e6:g} MB are read")
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("committed, but not in the working tree") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None


def _of_commit(git: Git, commit: str, skipped: dict[str, str]) -> Iterator[str]:
    for entry in git.names("ls-tree", "-r", "-z", commit):
        mode, _, rest = entry.partition(" ")
        path = rest.partition("\t")[2]
        if not _PRUNED_IN_GIT.isdisjoint(path.split("/")[:-1]):
            continue
        if mode in {"120000", "160000"}:
            skipped[path] = "symbolic link" if mode == "120000" else "submodule"
        else:
            yield path


def _walk(root: Path, skipped: dict[str, str]) -> Iterator[str]:
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise TargetError(f"{root} cannot be read: {error.strerror}") from None
            skipped[folder] = f"cannot be read: {error.strerror}"
            continue
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                skipped[path] = "symbolic link"
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _PRUNED and not entry.name.endswith(".egg-info"):
                    waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path
