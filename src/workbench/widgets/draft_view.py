"""A draft as it is read by people: what was done, what was decided, and the code."""

from __future__ import annotations

from workbench.records import Cell, Draft, Note
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, code, difference, fold, head, number, sub
from workbench.widgets._view import View

_KINDS = {
    "assumption": ("?", "note"),
    "concern": ("!", "warn"),
    "improvement": ("+", "good"),
}


def draft_view(draft: Draft, *, open_: bool = False) -> View:
    """Show a draft.

    Args:
        draft: The draft.
        open_: Whether the code is unfolded.

    Returns:
        The view.
    """
    counts = [number(len(draft.cells), "cell"), number(len(draft.notes), "note")]
    counts += (
        [f"{number(len(draft.edits), 'change')} to files that are there"] if draft.edits else []
    )
    by = sub(f"by {draft.implementer} · {' · '.join(counts)} · draft {draft.hash}")
    edits = [
        fold(
            join(["change ", tag("code", edit.path)]),
            tag("p", edit.reason),
            difference(edit.before, edit.after),
        )
        for edit in draft.edits
    ]
    body = join(
        [
            head("Draft", by),
            tag("blockquote", draft.summary) if draft.summary else "",
            tag("div", *map(note_card, draft.notes), class_="wb-cards") if draft.notes else "",
            *(_cell(cell, open_) for cell in draft.cells),
            *edits,
        ]
    )
    lines = [f"draft {draft.hash} by {draft.implementer}: {', '.join(counts)}"]
    lines += [f"  {cell.role:6} {cell.path}" for cell in draft.cells]
    lines += [f"  {note.kind}: {note.text}" for note in draft.notes]
    return View(body, "\n".join(lines))


def note_card(note: Note) -> Html:
    """Show an assumption, a concern or an improvement."""
    sign, tone = _KINDS[note.kind]
    about = tag("code", note.about) if note.about else ""
    further = [("Why", note.reason), ("Instead", note.alternative)]
    return tag(
        "div",
        join([badge(note.kind, sign, tone), about], " "),
        tag("p", note.text),
        *(tag("p", f"{title}: {text}", class_="wb-dim") for title, text in further if text),
        class_=f"wb-card wb-{tone}",
    )


def _cell(cell: Cell, open_: bool) -> Html:
    lines = number(len(cell.source.splitlines()), "line")
    title = join([badge(cell.role), tag("code", cell.path), sub(lines)], " ")
    return fold(title, code(cell.source), open_=open_)
