"""What an export changes, hunk by hunk with reasons, and how the target's own tests take it."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.records import Change, Trial
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, difference_lines, fold, head, number, sub, table
from workbench.widgets._view import View


def change_view(hunks: Sequence[Change], message: str) -> View:
    """Show what would be committed.

    Args:
        hunks: The pieces, file by file.
        message: The commit's message.

    Returns:
        The view.
    """
    files = dict.fromkeys(hunk.path for hunk in hunks)
    added, removed = _count(hunks, "+"), _count(hunks, "-")
    counts = f"{number(len(files), 'file')}, {added} lines added, {removed} removed"
    title = message.partition("\n")[0]
    parts = [head("The change", sub(counts))]
    parts.append(fold(join(["Commit message: ", tag("code", title)]), tag("pre", message)))
    for path in files:
        own = [hunk for hunk in hunks if hunk.path == path]
        reasons = "; ".join(dict.fromkeys(hunk.reason for hunk in own if hunk.reason))
        body = [join([tag("p", hunk.reason), difference_lines(hunk.diff)]) for hunk in own]
        small = sum(len(hunk.diff.splitlines()) for hunk in own) < 30
        line = f"{number(len(own), 'hunk')}: {reasons}"
        parts.append(fold(join([tag("code", path), sub(line)], " "), *body, open_=small))
    return View(join(parts), f"{title}\n{counts}")


def trial_piece(trial: Trial) -> Html:
    """Show how the target's own tests end before and after."""
    if not trial.complete and not trial.passed:
        return join([badge("target's tests not run", "–"), " ", sub(trial.reason)])
    known = len(trial.known)
    rows = [
        ("before", f"{known} failing", "without the draft"),
        (
            "after",
            f"{trial.passed} passed, {trial.skipped} skipped, {known + len(trial.broken)} failing",
            "all of them were run" if trial.complete else trial.reason,
        ),
    ]
    sign = ("newly failing", "✗", "bad") if trial.broken else ("nothing newly fails", "✓", "good")
    broken = [tag("div", tag("code", test.id), f" {test.message}") for test in trial.broken]
    title = head("The target's own tests", badge(*sign), sub(f"{trial.seconds:.1f} s"))
    return join([title, table(["_", "_", ""], rows, "The target's own tests"), *broken])


def _count(hunks: Sequence[Change], sign: str) -> int:
    return sum(line.startswith(sign) for hunk in hunks for line in hunk.diff.splitlines())
