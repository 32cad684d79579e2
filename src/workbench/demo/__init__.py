"""The target repository of the demo: a small training package, laid as a fresh git repository.

The package lies beside this file as plain data, under `target/`, and is never imported from here.
It has its own settings, tests and licence, so the tools of this project leave that folder alone.
"""

from __future__ import annotations

import keyword
import os
import sys
import tempfile
from pathlib import Path

from workbench.demo._git import commit, start
from workbench.demo._history import CHAPTERS, PACKAGE, pages
from workbench.errors import UsageError

_TAKEN = sys.stdlib_module_names | {"numpy", "pytest", "tests", "torch", "yaml"}


def lay(path: str | os.PathLike[str], *, name: str = PACKAGE) -> Path:
    """Lay the demo's target repository, with its history, into a new or empty folder.

    The same call gives the same commit ids everywhere. Nothing is read from or written to the
    person's git settings, and the folder is filled only when everything is ready.

    Args:
        path: Where the repository shall lie; a folder that does not exist or is empty.
        name: What its package is called.

    Returns:
        The folder's absolute path.

    Raises:
        UsageError: The folder is in use or cannot be written, the name is no name for a package,
            or git is missing.
        WorkbenchError: git failed.
    """
    _require_name(name)
    folder = Path(path).absolute()
    _require_vacant(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            _build(Path(scratch), name)
            _move(Path(scratch), folder)
    except OSError as problem:
        raise UsageError(
            f"{folder} cannot be written: {problem}; choose a folder where you may write"
        ) from problem
    return folder


def _require_name(name: str) -> None:
    fits = name.isidentifier() and name.islower() and name.isascii()
    if not fits or keyword.iskeyword(name) or name in _TAKEN:
        raise UsageError(
            f"{name!r} is no name for the demo's package; "
            "write a lower-case Python name that no other package has, for example 'pocket'"
        )


def _require_vacant(folder: Path) -> None:
    if folder.is_dir():
        present = sorted(child.name for child in folder.iterdir())
        if not present:
            return
        seen = ", ".join(present[:3]) + (" ..." if len(present) > 3 else "")
    elif folder.exists() or folder.is_symlink():
        seen = "it is no folder"
    else:
        return
    raise UsageError(
        f"{folder} is in use ({seen}); choose a folder that does not exist or is empty, "
        "or remove this one"
    )


def _build(repository: Path, name: str) -> None:
    start(repository)
    for number, chapter in enumerate(CHAPTERS):
        for relative, text in pages(number, name).items():
            page = repository / relative
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8", newline="\n")
        commit(repository, chapter.message, chapter.date)


def _move(source: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    # .git goes last: until it is there, the folder is not taken for a repository.
    for child in sorted(source.iterdir(), key=lambda child: child.name == ".git"):
        child.rename(folder / child.name)
