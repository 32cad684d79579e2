"""Accept and export: the draft becomes a commit on a new branch of the target, or what is wanted.

Everything can be looked at before anything is written: each change of the target's own files, to be
taken or left, the commit's message, how the target's own tests end, and what its authors would have
written otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.records import Export, Hunk, Proposal, Trial
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, tag
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._pieces import sub
from workbench.widgets.change_view import change_view, conformance_piece, hunk_piece, trial_piece
from workbench.widgets.export_view import export_view

_WAITS = "Once the draft is green, the change, its message and your own tests appear here."
_WAYS = [("a new branch", "branch"), ("the working tree", "tree"), ("a patch file", "patch")]
_WHERE = {
    "branch": "its name; by default by the spec's",
    "tree": "nothing is committed",
    "patch": "its path; by default beside the session",
}
_LIMIT = "Seconds for the target's own tests; with 0 they are not run"


class ExportPanel(Panel):
    """Accept the latest draft and export it.

    Args:
        flusher: Brings changes to the widgets.
        accept: Called with the time limit of the target's tests when the draft is accepted.
        export: Called with a way (branch, tree or patch), a name, or ``""``, and the time limit.
        undo: Called when the branch that was made shall go.
        choose: Called with a hunk's id and whether it is wanted.
        repair: Called when what a machine can put right shall be put right.
        stop: Called when the target's tests shall end.
    """

    def __init__(
        self,
        flusher: Flusher,
        *,
        accept: Callable[[int], None],
        export: Callable[[str, str, int], None],
        undo: Callable[[], None],
        choose: Callable[[str, bool], None],
        repair: Callable[[], None],
        stop: Callable[[], None],
    ) -> None:
        self.accept_button = button("Accept", "The draft is what was asked for; run my tests on it")
        self.limit = ipywidgets.BoundedIntText(
            300, min=0, max=86_400, description="Tests, s", style=LABEL, tooltip=_LIMIT
        )
        self.limit.layout.width = "170px"
        self.stop_button = button("Stop the tests", "End the target's own tests")
        self.way = ipywidgets.Dropdown(options=_WAYS, description="Export to", style=LABEL)
        self.where = ipywidgets.Text(
            placeholder=_WHERE["branch"], tooltip="Branch or file", layout={"flex": "1 1 240px"}
        )
        self.export_button = button("Export", "Write it, there", main=True)
        self.undo_button = button("Undo the export", "Delete the branch while nobody built on it")
        self.repair_button = button("Repair", "Put right what a machine can, and check again")
        for one in self.buttons:
            one.disabled = True
        self.view, self.trial, self.conformance = html(), html(), html()
        self.repair_button.layout.display = "none"
        self.hunks = ipywidgets.VBox([])
        self.diff = html(sub(_WAITS))
        first = row(self.accept_button, self.limit, self.stop_button)
        second = row(self.way, self.where, self.export_button, self.undo_button)
        places = [self.view, self.trial, self.conformance, self.repair_button, self.hunks]
        super().__init__("6 · Accept and export", flusher, [first, second], [*places, self.diff])
        self._choose = choose
        self.accept_button.on_click(lambda _: accept(self.limit.value))
        self.stop_button.on_click(lambda _: stop())
        self.export_button.on_click(
            lambda _: export(self.way.value, self.where.value, self.limit.value)
        )
        self.undo_button.on_click(lambda _: undo())
        self.repair_button.on_click(lambda _: repair())
        self.way.observe(lambda change: self._to(change["new"]), "value")

    @property
    def buttons(self) -> tuple[ipywidgets.Button, ...]:
        """Every button, to be pressed only where it can do something."""
        pair = (self.accept_button, self.stop_button, self.export_button)
        return (*pair, self.undo_button, self.repair_button)

    def proposed(self, proposal: Proposal) -> None:
        """Show what an export would make of the draft."""
        self.show(self.diff, change_view(proposal).body)
        self.show(self.conformance, conformance_piece(proposal.conformance))
        wrong = any(one.repairable for one in proposal.conformance.deviations)
        shown = ipywidgets.Layout(width="auto", display="" if wrong else "none")
        self.flusher.set(self.repair_button, layout=shown)
        rows = [self._hunk(one, one.id not in proposal.refused) for one in proposal.hunks]
        title = html(tag("h4", "Changes of files that the target has")) if rows else html()
        self.flusher.set(self.hunks, children=[title, *rows])

    def trying(self, seconds: float) -> None:
        """Say that the target's own tests run."""
        self.say(f"accepted; your own tests run, for {seconds:g} s at most ...", "…", "note")

    def tried(self, trial: Trial) -> None:
        """Show how the target's own tests end with the draft in place."""
        self.show(self.trial, trial_piece(trial))
        if not trial.broken:
            self.say("accepted; it can be exported", "✓", "good")

    def undone(self) -> None:
        """Show that the branch is gone."""
        self.show(self.view, Html())
        self.say("the branch is deleted; the draft is as it was", "✓", "good")

    def stale(self) -> None:
        """Show nothing of a draft that has changed."""
        self.show(
            self.diff, sub("The cells have changed; once they are green, the change is here.")
        )
        for place in (self.trial, self.conformance):
            self.show(place, Html())
        self.flusher.set(self.hunks, children=())
        self.say("")

    def exported(self, export: Export) -> None:
        """Show the export."""
        self.show(self.view, export_view(export).body)
        self.say("")

    def _to(self, way: str) -> None:
        self.flusher.set(self.where, placeholder=_WHERE[way], disabled=way == "tree")

    def _hunk(self, hunk: Hunk, taken: bool) -> ipywidgets.HBox:
        """Show one change with the person's choice beside it."""
        choice = ipywidgets.Checkbox(
            value=taken and not hunk.refused,
            description="take it",
            tooltip=f"Take the change of {hunk.path}",
            disabled=bool(hunk.refused),
            indent=False,
            layout=ipywidgets.Layout(flex="0 0 88px", width="88px"),
        )
        choice.observe(lambda change: self._choose(hunk.id, change["new"]), "value")
        body = html(hunk_piece(hunk, taken=taken))
        body.layout.flex, body.layout.min_width = "1 1 0", "0"  # a long line scrolls, there
        return ipywidgets.HBox([choice, body])
