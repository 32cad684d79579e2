"""What an export changes, hunk by hunk with reasons, and how the target takes it."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.records import Change, Conformance, Hunk, Proposal, Trial
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import (
    badge,
    copied,
    difference_lines,
    fold,
    head,
    number,
    sub,
    table,
)
from workbench.widgets._view import View


def change_view(proposal: Proposal) -> View:
    """Show what would be committed.

    Args:
        proposal: What an export would make of a draft.

    Returns:
        The view.
    """
    hunks = proposal.changes
    files = dict.fromkeys(hunk.path for hunk in hunks)
    added, removed = _count(hunks, "+"), _count(hunks, "-")
    counts = f"{number(len(files), 'file')}, {added} lines added, {removed} removed"
    title = proposal.message.partition("\n")[0]
    parts = [head("The change", sub(counts))]
    if proposal.message:
        said = join(["Commit message: ", tag("code", title)])
        parts.append(fold(said, copied(proposal.message)))
        parts.append(fold("Description for a pull request", copied(proposal.body)))
    else:
        parts.append(sub("Its message and description are written once it is checked: Accept."))
    for path in files:
        own = [hunk for hunk in hunks if hunk.path == path]
        reasons = "; ".join(dict.fromkeys(hunk.reason for hunk in own if hunk.reason))
        body = [join([tag("p", hunk.reason), difference_lines(hunk.diff)]) for hunk in own]
        line = f"{number(len(own), 'hunk')}: {reasons}"
        parts.append(fold(join([tag("code", path), sub(line)], " "), *body))
    return View(join(parts), f"{title}\n{counts}")


def hunk_piece(hunk: Hunk, *, taken: bool) -> Html:
    """Show one change of a file that the target has."""
    state = badge("taken", "✓", "good") if taken else badge("left out", "○", "none")
    if hunk.refused:
        state = badge("left out", "!", "warn")
    place = tag("code", f"{hunk.path}:{hunk.line}" if hunk.line else hunk.path)
    title = join([state, place, sub(f"{hunk.kind}: {hunk.reason}")], " ")
    why = tag("p", f"The workbench leaves it out: {hunk.refused}.") if hunk.refused else Html()
    # Its first three lines say once more which file it is.
    diff = "\n".join(hunk.diff.splitlines()[3:])
    return fold(title, why, difference_lines(diff), open_=taken)


def conformance_piece(found: Conformance) -> Html:
    """Show where a draft is written otherwise than the target's authors write."""
    places = sum(found.looked.values())
    beside = sub(f"{found.score:.0%} over {number(len(found.looked), 'rule')}, {places} places")
    if not found.deviations:
        return head("Written as your authors write", badge("conforms", "✓", "good"), beside)
    rows = [
        (
            tag("code", f"{one.path}:{one.line}" if one.line else one.path),
            one.rule,
            one.seen,
            one.expected,
            badge("a machine can", "⟲", "note") if one.repairable else sub("by hand"),
        )
        for one in found.deviations
    ]
    count = badge(number(len(rows), "deviation"), "!", "warn")
    titles = ["where_", "rule_", "seen", "your way", "repair_"]
    shown = fold("Which", table(titles, rows, "Deviations"), open_=len(rows) < 6, box=False)
    return join([head("Written as your authors write", count, beside), shown])


def trial_piece(trial: Trial) -> Html:
    """Show how the target's own tests end before and after."""
    title = "Your own tests"
    if not trial.complete and not trial.passed:
        return head(title, badge("not run", "–"), sub(trial.reason))
    known, broken = len(trial.known), len(trial.broken)
    failing = known + broken
    before = (f"{known} of these {failing} failing", "the others were not run without the draft")
    if not failing:
        before = ("nothing to compare", "none of them fails with the draft in place")
    rows = [
        ("before", *before),
        (
            "after",
            f"{trial.passed} passed, {trial.skipped} skipped, {failing} failing",
            "all of them were run" if trial.complete else trial.reason,
        ),
    ]
    sign = ("newly failing", "✗", "bad") if trial.broken else ("nothing newly fails", "✓", "good")
    told = [tag("div", tag("code", test.id), f" {test.message}") for test in trial.broken]
    shown = head(title, badge(*sign), sub(f"{trial.seconds:.1f} s"))
    return join([shown, table(["_", "_", ""], rows, title), *told])


def _count(hunks: Sequence[Change], sign: str) -> int:
    return sum(line.startswith(sign) for hunk in hunks for line in hunk.diff.splitlines())
