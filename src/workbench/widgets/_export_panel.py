"""Accept and export: the draft becomes a commit on a new branch of the target."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.records import Export
from workbench.widgets._flusher import Flusher
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets.export_view import export_view


class ExportPanel(Panel):
    """Accept the latest draft and export it.

    Args:
        flusher: Brings changes to the widgets.
        accept: Called when the draft is accepted.
        export: Called with a branch's name, or ``""``, when it shall be exported.
    """

    def __init__(
        self, flusher: Flusher, accept: Callable[[], None], export: Callable[[str], None]
    ) -> None:
        self.accept_button = button("Accept", "The draft is what was asked for")
        self.branch = ipywidgets.Text(
            placeholder="by the spec's name", description="Branch", style=LABEL
        )
        self.export_button = button("Export", "Commit it on a new branch", main=True)
        self.accept_button.disabled = self.export_button.disabled = True
        self.view = html()
        line = row(self.accept_button, self.branch, self.export_button)
        super().__init__("6 · Accept and export", flusher, [line], [self.view])
        self.accept_button.on_click(lambda _: accept())
        self.export_button.on_click(lambda _: export(self.branch.value))

    def exported(self, export: Export) -> None:
        """Show the export."""
        self.show(self.view, export_view(export).body)
        self.say("")
