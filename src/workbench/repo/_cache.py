"""Remembers studies: the second study of a tree in which nothing was touched is read from a file.

A study is found again by the commit, by every file's size and times, and by the code that made it,
so that another version of the workbench, a checkout or a saved file makes a new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import platformdirs

from workbench.records import Study
from workbench.repo._tree import Tree

_KEPT = 64  # studies


def remembered(tree: Tree, commit: str, made: Callable[[], Study]) -> Study:
    """Return the study of a tree, made now or before.

    Args:
        tree: The target's files.
        commit: The commit that lists them, or ``""``.
        made: Makes the study.

    Returns:
        The study.
    """
    file = _folder() / f"{_digest(tree, commit)}.json"
    with contextlib.suppress(OSError, ValueError):
        former = Study.model_validate_json(file.read_bytes())
        os.utime(file)
        return former
    study = made()
    with contextlib.suppress(OSError):  # remembering is a courtesy
        _write(file, study)
    return study


def _folder() -> Path:
    return platformdirs.user_cache_path("workbench") / "studies"


def _digest(tree: Tree, commit: str) -> str:
    digest = hashlib.sha256(f"{_code()}\0{tree.root}\0{commit}\0{tree.skipped}".encode())
    root = os.fspath(tree.root)
    for path in tree.files:
        try:
            told = os.lstat(f"{root}/{path}")
            times = (told.st_mode, told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)
        except OSError:
            times = (0, 0, 0, 0, 0)
        digest.update(f"\0{path}\0{times}".encode())
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    """A digest of the code that studies, so that a change of it forgets what it replaces."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _write(file: Path, study: Study) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as made:
        made.write(study.model_dump_json().encode())
    os.replace(made.name, file)
    old = sorted(file.parent.glob("*"), key=lambda one: one.stat().st_mtime)[:-_KEPT]
    for one in old:
        one.unlink(missing_ok=True)
