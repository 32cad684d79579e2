"""What an export would change, hunk by hunk and with reasons, and what its commit would say."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from workbench.records import Change, Conformance, Draft, Report, Study
from workbench.repo._changes import contents
from workbench.repo._conformance import conformance as compared
from workbench.repo._export import ready
from workbench.repo._message import message
from workbench.repo._snapshot import Snapshot
from workbench.repo._tree import Unreadable
from workbench.spec import Spec


def preview(
    study: Study,
    spec: Spec,
    draft: Draft,
    report: Report | None,
    conformance: Conformance | None = None,
) -> tuple[tuple[Change, ...], str]:
    """Show what `export` would do; nothing is written.

    Args:
        study: The study.
        spec: What was asked for.
        draft: The draft.
        report: The verdicts on it; None where there are none yet.
        conformance: How far it is written as the target's authors write; found, if not given.

    Returns:
        The hunks, by file, and the commit's message; ``""`` as long as nothing is known to hold.

    Raises:
        TargetError: The target refuses, as in `export`.
    """
    files, _ = ready(study)
    written = contents(files, draft)
    hunks = [
        hunk
        for path in sorted(written)
        for hunk in _hunks(path, _before(files, path), written[path].decode(), draft)
    ]
    if report is None:
        return tuple(hunks), ""
    found = conformance or compared(study, draft)
    return tuple(hunks), message(study, spec, draft, report, conformance=found)


def _before(files: Snapshot, path: str) -> str:
    if path not in files.tree.files:
        return ""
    try:
        return files.tree.read(path)
    except Unreadable:
        return ""


def _hunks(path: str, before: str, after: str, draft: Draft) -> Iterator[Change]:
    old, new = before.splitlines(), after.splitlines()
    lines = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    starts = [at for at, line in enumerate(lines) if line.startswith("@@")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = lines[start:end]
        added = {line[1:] for line in part if line.startswith("+")}
        yield Change(path=path, diff="\n".join(part), reason=_reason(path, added, draft))


def _reason(path: str, added: set[str], draft: Draft) -> str:
    """Find why a file is changed: an edit gives its reason, a cell has its role."""
    edits = [edit for edit in draft.edits if edit.path == path]
    near = [edit for edit in edits if added & set(edit.after.splitlines())]
    if edits:
        return "; ".join(dict.fromkeys(edit.reason for edit in near or edits))
    role = next((cell.role for cell in draft.cells if cell.path == path), "module")
    return {"module": "the module that was asked for", "test": "its tests"}[role]
