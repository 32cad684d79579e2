"""The cells: they stand in the notebook itself, and here is what the implementer made of them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from workbench.cells import located, marked, unmarked
from workbench.records import Cell, Draft, Report
from workbench.revisions import Answer, Revision, Revisions
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._page import Page
from workbench.widgets._panel import Panel, button, html, row
from workbench.widgets._pieces import badge, code, difference_lines, fold, number, sub

_WAITS = "The module and its tests appear here as notebook cells."
_ALONE = (
    "This page cannot put cells into a notebook, so they are shown here: open it in JupyterLab or "
    "Notebook 7 with the workbench's front end (pip install ml-model-workbench where Jupyter runs) "
    "to edit them in place, or copy one into a notebook cell of this kernel and run it."
)
_SIGNS = {"proposed": ("?", "warn"), "taken": ("✓", "good"), "rejected": ("○", "none")}


class CellsPanel(Panel):
    """Keeps a notebook's cells and a draft in step.

    Args:
        flusher: Brings changes to the widgets.
        edit: Called with a cell that a person has changed, and whether it stood against a change.
        answer: Called with a cell's id and what is to become of the implementer's change.
        reopen: Called with the session that a notebook says it belongs to.
    """

    def __init__(
        self,
        flusher: Flusher,
        edit: Callable[[Cell, bool], None],
        answer: Callable[[str, Answer], None],
        reopen: Callable[[str], None],
    ) -> None:
        self._edit, self._answer, self._reopen = edit, answer, reopen
        self._revisions = Revisions()
        self._stands: dict[str, str] = {}
        self._draft: Draft | None = None
        self._path = ""
        self.page = Page(self._from_page)
        self.draft = html(sub(_WAITS))
        self.changes = ipywidgets.VBox([])
        super().__init__("4 · Cells", flusher, (), [self.changes, self.draft])

    def stand(self, revisions: Revisions) -> None:
        """Let the cells of the notebook stand as they are in the session."""
        self._revisions = revisions
        wanted = {identity: marked(cell) for identity, cell in revisions.cells.items()}
        gone = [identity for identity in self._stands if identity not in wanted]
        changed = [i for i, text in wanted.items() if self._stands.get(i) != text]
        self._stands = wanted
        if changed or gone:
            self.page.put([self._asked(identity) for identity in changed], gone)
        self._tell()
        children = [self._change(one) for one in revisions.revisions.values()]
        self.flusher.set(self.changes, children=children)

    def drafted(self, draft: Draft) -> None:
        """Show what is said about a draft besides its cells."""
        self._draft = draft
        self._tell()

    def checking(self, tier: str) -> None:
        """Say below each cell that it is being checked."""
        self._states("…", f"checking ({tier}) ...", "note")

    def reported(self, report: Report) -> None:
        """Say below each cell what the report says about it."""
        against = _against(report, self._draft)
        counts = f"{sum(v.good for v in report.verdicts)} of {len(report.verdicts)} hold"
        where = f"{counts} · {report.tier} · {report.device} · {report.seconds:.1f} s"
        if not report.green and not any(against.values()):
            against = {identity: ["see the verdicts"] for identity in self._stands}
        states = {}
        for identity, text in self._stands.items():
            said = against.get(identity)
            sign = "✓" if report.green else "·"
            words = f"✗ {'; '.join(said[:2])} · {where}" if said else f"{sign} {where}"
            tone = "bad" if said else "good" if report.green else "none"
            states[identity] = {"text": words, "tone": tone, "source": text}
        self.page.states(states)

    def belongs(self, session: str) -> None:
        """Keep in the notebook which session it shows."""
        self.page.session(session)

    def close(self) -> None:
        """Let go of the page."""
        self.page.close()
        super().close()

    def _from_page(self, said: dict[str, Any]) -> None:
        match said["event"]:
            case "here":
                self._path = str(said.get("path", ""))
                held = dict(said.get("cells", {}))
                self._states("", "", "none")
                if self._stands:
                    missing = [i for i, text in self._stands.items() if held.get(i) != text]
                    self.page.put([self._asked(identity) for identity in missing])
                elif said.get("session"):
                    self._reopen(str(said["session"]))
                self._tell()
            case "put":
                self._kept(said.get("kept", {}))

    def _kept(self, kept: Mapping[str, str]) -> None:
        """Tell an old copy of a cell, which is replaced, from an edit, which is taken over."""
        old = []
        for identity, text in kept.items():
            cell, source = self._revisions.cells.get(identity), unmarked(text)
            if cell is None or source.rstrip("\n") in self._revisions.past.get(identity, ()):
                old.append(identity)
            else:
                self._edit(cell.model_copy(update={"source": source + "\n"}), True)
        asked = [self._asked(i) | {"force": True} for i in old if i in self._stands]
        if asked:
            self.page.put(asked)

    def _asked(self, identity: str) -> dict[str, Any]:
        cell = self._revisions.cells[identity]
        return {
            "id": identity,
            "role": cell.role,
            "path": cell.path,
            "source": self._stands[identity],
        }

    def _states(self, sign: str, words: str, tone: str) -> None:
        text = f"{sign} {words}".strip()
        self.page.states(
            {
                identity: {"text": text, "tone": tone, "source": source}
                for identity, source in self._stands.items()
            }
        )

    def _tell(self) -> None:
        if not self._stands:
            self.show(self.draft, sub(_WAITS))
            return
        own = self._revisions.own
        cells = number(len(self._stands), "cell")
        edited = f", {len(own)} of them as you wrote {'it' if len(own) == 1 else 'them'}"
        if self.page.here:
            said = f"{cells} stand in {self._path or 'the notebook'}{edited if own else ''}; "
            said += "edit one and run it (Shift+Enter): it is taken over and checked."
            self.show(self.draft, join([badge("in the notebook", "✓", "good"), " ", sub(said)]))
            return
        copies = [_copy(cell) for cell in self._revisions.cells.values()]
        alone = [badge("not in the notebook", "!", "warn"), " ", _ALONE]
        self.show(self.draft, join([*alone, *copies]))

    def _change(self, revision: Revision) -> ipywidgets.VBox:
        cell = self._revisions.cells.get(revision.id)
        path = cell.path if cell else ""
        sign, tone = _SIGNS[revision.state]
        words = {
            "proposed": "the implementer has another version; yours stands",
            "taken": "the implementer has changed it",
            "rejected": "the implementer's change was not taken",
        }[revision.state]
        title = join(
            [badge(revision.state, sign, tone), tag("b", revision.id), tag("code", path), words],
            " ",
        )
        body = fold(title, difference_lines(_diff(revision)), open_=revision.state == "proposed")
        labels: list[tuple[str, Answer]] = {
            "proposed": [("Accept the change", "accept"), ("Keep mine", "reject")],
            "taken": [("Undo the change", "undo")],
            "rejected": [("Accept the change", "accept")],
        }[revision.state]  # type: ignore[assignment]
        made = []
        for label, answer in labels:
            one = button(label, f"{label}: cell {revision.id}")
            one.on_click(lambda _, answer=answer: self._answer(revision.id, answer))
            made.append(one)
        return ipywidgets.VBox([html(body), row(*made)])


def _copy(cell: Cell) -> Html:
    lines = number(len(cell.source.splitlines()), "line")
    return fold(
        join([badge(cell.role), tag("code", cell.path), sub(lines)], " "), code(marked(cell))
    )


def _diff(revision: Revision) -> str:
    before, after = revision.before.splitlines(), revision.after.splitlines()
    return "\n".join(list(difflib.unified_diff(before, after, "before", "after", lineterm=""))[2:])


def _against(report: Report, draft: Draft | None) -> dict[str, list[str]]:
    """Find what stands against each cell, shortly."""
    found: dict[str, list[str]] = {}
    for verdict in report.verdicts:
        place = located(draft, verdict.where) if draft else None
        if verdict.outcome == "failed" and place:
            identity, line = place
            name = verdict.requirement or verdict.check
            found.setdefault(identity, []).append(f"{name}: {verdict.seen} (line {line})")
    return found
