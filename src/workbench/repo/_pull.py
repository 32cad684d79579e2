"""The way back: later edits of exported files return to the cells that they came from."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench.errors import TargetError
from workbench.records import Cell, Draft, Study
from workbench.repo import topics
from workbench.repo._git import head, repository
from workbench.repo._layout import is_aside, is_test
from workbench.repo._side_record import records
from workbench.repo._snapshot import snapshot
from workbench.repo._tree import Unreadable, decode

_JOINT = ["\n", "\n"]  # what stands between two cells of a file


@dataclass(frozen=True)
class Pulled:
    """What came back.

    Args:
        draft: The draft with the files' present text in its cells.
        changed: The cells that changed.
        gone: The files that are no longer there; their cells stay as they were.
    """

    draft: Draft
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def pull(study: Study, draft: Draft, ref: str = "") -> Pulled:
    """Bring the present text of exported files back to their cells.

    Args:
        study: The study; its root is where the files are.
        draft: The draft that was exported.
        ref: The branch or commit to read; ``""`` for the working tree.

    Returns:
        The draft as the files are now.

    Raises:
        TargetError: None of the files is there, or the ref is not.
    """
    root = Path(study.root)
    cells: dict[str, Cell] = {}
    gone = []
    paths = dict.fromkeys(cell.path for cell in draft.cells)
    for path in paths:
        text = _text(root, path, ref)
        if text is None:
            gone.append(path)
            continue
        own = [cell for cell in draft.cells if cell.path == path]
        cells |= {cell.id: cell for cell in _divided(own, text)}
    if len(gone) == len(paths):
        raise TargetError(
            f"none of {', '.join(gone)} is in {ref or 'the working tree'} of {root}; check the "
            "branch out, or name it with --ref"
        )
    after = tuple(cells.get(cell.id, cell) for cell in draft.cells)
    pairs = zip(draft.cells, after, strict=True)
    changed = tuple(one.id for one, other in pairs if one.source != other.source)
    return Pulled(draft.model_copy(update={"cells": after}), changed, tuple(gone))


def defining(study: Study, name: str) -> tuple[list[Path], list[Path]]:
    """Find the files of a target that define a name, and their tests.

    The side record of an export names them; without one they are looked for.

    Args:
        study: The study.
        name: The spec's name.

    Returns:
        The module files and the test files.

    Raises:
        TargetError: No file defines the name, or several do.
    """
    root = Path(study.root)
    if study.commit:
        for record in records(repository(root), name):
            paths = {role: _paths(record["cells"], role) for role in ("module", "test")}
            if all((root / path).is_file() for path in paths["module"]):
                tests = [root / path for path in paths["test"] if (root / path).is_file()]
                return [root / path for path in paths["module"]], tests
    homes = [path for path in _code(study) if _defines(root / path, name)]
    if len(homes) != 1:
        seen = f"{', '.join(homes)} do" if homes else "no file does"
        raise TargetError(f"one file of {root} has to define {name}, but {seen}; give --code FILE")
    wanted = str(study.value(topics.TEST_FILES, "test_{name}.py"))
    wanted = wanted.replace("{name}", PurePosixPath(homes[0]).stem.strip("_"))
    files = snapshot(study).tree.files
    named = [path for path in files if PurePosixPath(path).name == wanted and is_test(path)]
    return [root / homes[0]], [root / path for path in named] if len(named) == 1 else []


def _paths(cells: Sequence[dict[str, str]], role: str) -> list[str]:
    return list(dict.fromkeys(cell["path"] for cell in cells if cell["role"] == role))


def _code(study: Study) -> list[str]:
    files = snapshot(study).tree.files
    return [p for p in files if p.endswith(".py") and not is_test(p) and not is_aside(p)]


def _defines(file: Path, name: str) -> bool:
    try:
        text = file.read_text(encoding="utf-8")
        body = ast.parse(text).body if name in text else []
    except (OSError, ValueError, SyntaxError):
        return False
    kinds = ast.ClassDef | ast.FunctionDef
    return any(isinstance(node, kinds) and node.name == name for node in body)


def _text(root: Path, path: str, ref: str) -> str | None:
    if not ref:
        try:
            return decode((root / path).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, Unreadable) as error:
            raise TargetError(f"{path} cannot be read: {error}") from None
    git = repository(root)
    if not head(git) or git.ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") is None:
        raise TargetError(f"{root} has no branch or commit {ref!r}")
    if git.ask("cat-file", "-e", f"{ref}:./{path}") is None:
        return None
    return decode(git.raw("cat-file", "blob", f"{ref}:./{path}"))


def _divided(cells: Sequence[Cell], text: str) -> list[Cell]:
    """Give every line of a file to the cell that it came from, or that it was written into."""
    old: list[str] = []
    owner: list[int] = []
    for number, cell in enumerate(cells):
        lines = cell.source.rstrip("\n").split("\n")
        lines = [line + "\n" for line in lines] + (_JOINT if number + 1 < len(cells) else [])
        old += lines
        owner += [number] * len(lines)
    new = text.rstrip("\n").split("\n")
    new = [line + "\n" for line in new]
    parts: list[list[str]] = [[] for _ in cells]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for at in range(i2 - i1):
                parts[owner[i1 + at]].append(new[j1 + at])
        elif j2 > j1:
            before = owner[i1] if i2 > i1 else owner[min(max(i1 - 1, 0), len(owner) - 1)]
            parts[before] += new[j1:j2]
    return [
        cell
        if "".join(part).strip("\n") == cell.source.strip("\n")
        else cell.model_copy(update={"source": "".join(part).strip("\n") + "\n"})
        for cell, part in zip(cells, parts, strict=True)
    ]
