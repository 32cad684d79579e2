"""The scope guard: every change outside a draft's new files, with its reason, or refused."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection
from pathlib import PurePosixPath

from workbench.errors import UsageError, nearest
from workbench.records import Draft, Edit, Hunk, Study
from workbench.repo._snapshot import Snapshot, snapshot
from workbench.spec import Spec

_DOCUMENT = re.compile(r"\.(md|rst|txt|ipynb)$", re.IGNORECASE)


def hunks(study: Study, spec: Spec, draft: Draft) -> tuple[Hunk, ...]:
    """List what a draft changes in files that the target has, and files that it adds beside.

    A change belongs to the draft when its new text names what the draft defines, and it takes away
    nothing else; or when it is an improvement that the draft calls out: a note of that kind about
    the file, with a reason.

    Args:
        study: What is known of the target.
        spec: What was asked for.
        draft: The draft.

    Returns:
        The changes; those that are refused say why.
    """
    files = snapshot(study)
    names = _names(spec, draft)
    improved = {
        note.about.partition(":")[0]: note.reason or note.text
        for note in draft.notes
        if note.kind == "improvement"
    }
    return tuple(_hunk(files, edit, names, improved) for edit in draft.edits)


def without(draft: Draft, refused: Collection[str]) -> Draft:
    """Take changes out of a draft.

    Args:
        draft: The draft.
        refused: The ids of the hunks that are not wanted.

    Returns:
        The draft without them; it is another draft, and has to be checked again.

    Raises:
        UsageError: There is no such hunk.
    """
    known = [edit.id for edit in draft.edits]
    for one in refused:
        if one not in known:
            raise UsageError(f"the draft has no change {one!r}: {nearest(one, known)}")
    kept = tuple(edit for edit in draft.edits if edit.id not in refused)
    return draft.model_copy(update={"edits": kept})


def _hunk(files: Snapshot, edit: Edit, names: set[str], improved: dict[str, str]) -> Hunk:
    text = files.text(edit.path) or ""
    at = text.find(edit.before) if edit.before else -1
    new = edit.path not in files.paths
    kind, refused = _judged(edit, names, improved, new=new)
    return Hunk(
        id=edit.id,
        path=edit.path,
        line=0 if new or at < 0 else text.count("\n", 0, at) + 1,
        kind=kind,
        reason=edit.reason or improved.get(edit.path, ""),
        diff=_diff(edit),
        refused=refused,
    )


def _judged(edit: Edit, names: set[str], improved: dict[str, str], *, new: bool) -> tuple[str, str]:
    if improved.get(edit.path):
        return "improvement", ""
    if new and PurePosixPath(edit.path).name == "__init__.py" and not _code(edit.after):
        return "new file", ""
    if not names & _words(edit.after):
        said = f"it names nothing that the draft defines ({', '.join(sorted(names)[:3])})"
        return "unrelated", f"{said}; an improvement needs a note of its own with a reason"
    lost = _lost(edit, names)
    if lost:
        return "unrelated", f"it takes away {lost!r}, which has nothing to do with the draft"
    if new:
        return "new file", ""
    return ("document" if _DOCUMENT.search(edit.path) else "registration"), ""


def _names(spec: Spec, draft: Draft) -> set[str]:
    """Name what belongs to a draft: its spec, its modules and what they define."""
    names = {spec.name}
    for path, source in draft.files("module").items():
        stem = PurePosixPath(path).stem
        names |= {stem if stem != "__init__" else PurePosixPath(path).parent.name}
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError):
            continue
        kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        names |= {node.name for node in body if isinstance(node, kinds)}
    return {name for name in names if name}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _lost(edit: Edit, names: set[str]) -> str:
    """Return a word of the old text that the new one no longer has."""
    gone = [word for word in re.findall(r"\w+", edit.before) if word not in _words(edit.after)]
    return next((word for word in gone if word not in names), "")


def _code(text: str) -> bool:
    return any(line.strip() and not line.strip().startswith("#") for line in text.split("\n"))


def _diff(edit: Edit) -> str:
    old, new = (text.splitlines(keepends=True) for text in (edit.before, edit.after))
    lines = difflib.unified_diff(old, new, edit.path, edit.path, n=2)
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)
