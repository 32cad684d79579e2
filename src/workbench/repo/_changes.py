"""What a draft changes in the target, as bytes, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from workbench.errors import TargetError
from workbench.records import Draft, Edit
from workbench.repo._insertion import occurrences
from workbench.repo._paths import require_free, require_plain, require_python
from workbench.repo._snapshot import Snapshot

_ASKED = 20  # files whose line endings are asked


def contents(files: Snapshot, draft: Draft) -> dict[str, bytes]:
    """Work out what every file of a draft shall hold.

    Args:
        files: The target as it was studied.
        draft: The draft.

    Returns:
        Bytes by path, relative to the target's root.

    Raises:
        TargetError: A path is unsafe or taken, or an edit does not fit the file.
    """
    cells = _cells(draft)
    edited: dict[str, list[Edit]] = {}
    for edit in draft.edits:
        require_plain(edit.path)
        edited.setdefault(edit.path, []).append(edit)
    for path in cells.keys() & edited.keys():
        raise TargetError(f"{path} is written by a cell and by an edit; it can be only one of them")
    if not cells and not edited:
        raise TargetError("the draft has no cells and no edits; there is nothing to export")
    created = [path for path in edited if path not in files.paths]
    _require_free([*cells, *created], files)
    new = dict(cells)
    changed: dict[str, bytes] = {}
    for path, edits in edited.items():
        if path in created:
            new[path] = _created(path, edits)
        else:
            changed[path] = _changed(files, path, edits)
    ending = _line_ending(files, new)
    return {path: text.replace("\n", ending).encode() for path, text in new.items()} | changed


def _cells(draft: Draft) -> dict[str, str]:
    modules, tests = draft.files("module"), draft.files("test")
    for path in modules.keys() & tests.keys():
        raise TargetError(f"{path} is written by module cells and by test cells; use two files")
    cells = {**modules, **tests}
    for path, source in cells.items():
        require_python(path)
        try:
            source.encode()
        except UnicodeEncodeError as error:
            raise TargetError(f"{path} cannot be written as UTF-8: {error.reason}") from None
    return {path: source.replace("\r\n", "\n") for path, source in cells.items()}


def _require_free(new: list[str], files: Snapshot) -> None:
    there = dict.fromkeys(files.folders, "folder")
    there |= {path: files.tree.skipped.get(path, "file") for path in files.paths}
    kinds = {"symbolic link", "submodule", "folder"}
    require_free(new, {path: kind if kind in kinds else "file" for path, kind in there.items()})
    if files.git and new:  # the study does not list what lies in vendored folders
        listed = files.git.names("ls-tree", "-z", "--name-only", files.commit, "--", *new)
        if listed:
            raise TargetError(f"{listed[0]} is there already; nothing is overwritten")


def _created(path: str, edits: list[Edit]) -> str:
    if len(edits) > 1 or edits[0].before:
        raise TargetError(
            f"{path} is to be edited, but the studied commit has no such file; an edit that "
            "creates a file has an empty 'before'"
        )
    return edits[0].after.replace("\r\n", "\n")


def _changed(files: Snapshot, path: str, edits: list[Edit]) -> bytes:
    kind = files.tree.skipped.get(path)
    if kind in {"symbolic link", "submodule"}:
        raise TargetError(f"{path} is a {kind} and is not edited")
    raw = files.raw(path) or b""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise TargetError(f"{path} is not UTF-8 text and is not edited") from None
    return _applied(path, text, edits).encode()


def _applied(path: str, text: str, edits: list[Edit]) -> str:
    """Replace all places at once, each found in the file as it is, so that edits cannot meet."""
    spans = []
    for edit in edits:
        if edit.before == edit.after:
            raise TargetError(f"an edit of {path} changes nothing: {_short(edit.before)}")
        spans.append((*_located(path, text, edit), edit))
    spans.sort(key=lambda span: span[0])
    pieces, at = [], 0
    for start, end, edit in spans:
        if start < at:
            raise TargetError(f"two edits of {path} overlap at {_short(edit.before)}")
        ending = "\r\n" if "\r\n" in text else "\n"
        pieces += [text[at:start], edit.after.replace("\r\n", "\n").replace("\n", ending)]
        at = end
    return "".join([*pieces, text[at:]])


def _located(path: str, text: str, edit: Edit) -> tuple[int, int]:
    """Find the one place of an edit; a file with CRLF may be edited with LF."""
    if not edit.before:
        if text.strip():
            raise TargetError(f"{path} is not empty, so an edit needs a 'before' that stands in it")
        return 0, len(text)
    plain = edit.before.replace("\r\n", "\n")
    forms = {plain, plain.replace("\n", "\r\n")}
    found = [(start, start + len(form)) for form in forms for start in occurrences(text, form)]
    if len(found) != 1:
        raise TargetError(
            f"an edit of {path} needs a place that stands there exactly once; "
            f"{_short(edit.before)} stands there {len(found)} times in the studied commit"
        )
    return found[0]


def _line_ending(files: Snapshot, new: Iterable[str]) -> str:
    """Return the line ending of committed Python files, those near the new ones first."""
    near = {PurePosixPath(path).parent.as_posix() for path in new}
    python = [path for path in files.tree.files if path.endswith(".py")]
    python.sort(key=lambda path: PurePosixPath(path).parent.as_posix() not in near)
    told = [raw for raw in files.raws(python[:_ASKED]) if b"\n" in raw]
    return "\r\n" if 2 * sum(b"\r\n" in raw for raw in told) > len(told) else "\n"


def _short(text: str) -> str:
    first = text.strip().split("\n")[0]
    return repr(first if len(first) <= 60 else first[:57] + "...")
