"""The result: the draft's cells and its report, in full."""

from __future__ import annotations

from workbench.records import Draft, Report
from workbench.spec import Spec
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html
from workbench.widgets._panel import Panel, html
from workbench.widgets._pieces import sub
from workbench.widgets.draft_view import draft_view
from workbench.widgets.report_view import report_view


class ResultPanel(Panel):
    """Shows the latest draft and the report on it.

    Args:
        flusher: Brings changes to the widgets.
    """

    def __init__(self, flusher: Flusher) -> None:
        self.draft = html(sub("The code and the evidence for it appear here."))
        self.report = html()
        super().__init__("4 · Cells and verdicts", flusher, (), [self.draft, self.report])

    def drafted(self, draft: Draft) -> None:
        """Show a draft; what was said of the former one no longer holds."""
        self.show(self.draft, draft_view(draft).body)
        self.show(self.report, Html())

    def reported(self, report: Report, spec: Spec | None) -> None:
        """Show the report on the draft."""
        self.show(self.report, report_view(report, spec).body)
