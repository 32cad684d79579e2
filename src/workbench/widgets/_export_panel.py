"""Accept and export: the draft becomes a commit on a new branch of the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from workbench.records import Change, Export, Trial
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._pieces import sub
from workbench.widgets.change_view import change_view, trial_piece
from workbench.widgets.export_view import export_view


class ExportPanel(Panel):
    """Accept the latest draft and export it.

    Args:
        flusher: Brings changes to the widgets.
        accept: Called when the draft is accepted.
        export: Called with a branch's name, or ``""``, when it shall be exported.
        undo: Called when the branch that was made shall go.
    """

    def __init__(
        self,
        flusher: Flusher,
        accept: Callable[[], None],
        export: Callable[[str], None],
        undo: Callable[[], None],
    ) -> None:
        self.accept_button = button("Accept", "The draft is what was asked for")
        self.branch = ipywidgets.Text(
            placeholder="by the spec's name", description="Branch", style=LABEL
        )
        self.export_button = button("Export", "Commit it on a new branch", main=True)
        self.undo_button = button("Undo the export", "Delete the branch while nobody built on it")
        for one in (self.accept_button, self.export_button, self.undo_button):
            one.disabled = True
        self.diff = html(sub("The change and its commit message appear here once it is accepted."))
        self.trial, self.view = html(), html()
        line = row(self.accept_button, self.branch, self.export_button, self.undo_button)
        places = [self.view, self.trial, self.diff]
        super().__init__("6 · Accept and export", flusher, [line], places)
        self.undo_button.on_click(lambda _: undo())
        self.accept_button.on_click(lambda _: accept())
        self.export_button.on_click(lambda _: export(self.branch.value))

    def previewed(self, hunks: Sequence[Change], message: str) -> None:
        """Show what would be committed."""
        self.show(self.diff, change_view(hunks, message).body)

    def tried(self, trial: Trial) -> None:
        """Show how the target's own tests end with the draft in place."""
        self.show(self.trial, trial_piece(trial))

    def undone(self) -> None:
        """Show that the branch is gone."""
        self.show(self.view, Html())
        self.say("the branch is deleted; the draft is as it was", "✓", "good")

    def stale(self) -> None:
        """Show nothing of a draft that has changed."""
        self.show(self.diff, sub("The cells have changed; accept them to see the change."))
        self.show(self.trial, Html())
        self.say("")

    def exported(self, export: Export) -> None:
        """Show the export."""
        self.show(self.view, export_view(export).body)
        self.say("")
