"""The verdicts: the report on what stands in the cells, and checking it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets

from workbench.records import Draft, Report, Tier
from workbench.spec import Spec
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._pieces import badge, outcome, sub, table
from workbench.widgets.report_view import report_view

_TIERS = [("live (on every edit)", "live"), ("full (to accept)", "full"), ("deep", "deep")]


class VerdictsPanel(Panel):
    """Shows the report on the latest draft.

    Args:
        flusher: Brings changes to the widgets.
        check: Called with a tier and a device when what stands shall be checked.
        devices: The devices that there are.
    """

    def __init__(
        self, flusher: Flusher, check: Callable[[Tier, str], None], devices: list[str]
    ) -> None:
        self.tier = ipywidgets.Dropdown(
            options=_TIERS, value="full", description="Tier", style=LABEL
        )
        self.device = ipywidgets.Dropdown(options=devices, description="Device", style=LABEL)
        self.check_button = button("Check", "Check what stands in the cells", main=True)
        self.report = html(sub("The evidence appears here."))
        line = row(self.tier, self.device, self.check_button)
        super().__init__("5 · Verdicts", flusher, [line], [self.report])
        self.check_button.on_click(lambda _: check(self.tier.value, self.device.value))
        self._draft: Draft | None = None
        self._report: Report | None = None
        self._devices: dict[str, Report] = {}
        self._spec: Spec | None = None

    def drafted(self, draft: Draft) -> None:
        """Know the draft that the next report is about."""
        self._draft = draft

    def stale(self) -> None:
        """Say that the cells have changed since the report."""
        if self._report is not None:
            self._show(old=True)

    def reported(self, report: Report, spec: Spec | None) -> None:
        """Show the report on the draft."""
        if self._report is not None and report.draft_hash != self._report.draft_hash:
            self._devices = {}
        self._report, self._spec = report, spec
        self._devices[report.device] = report
        self._show(old=False)

    def _show(self, *, old: bool) -> None:
        assert self._report is not None
        body = report_view(self._report, self._spec, self._draft).body
        mark = badge("stale: the cells have changed since", "!", "warn") if old else ""
        self.show(self.report, join([mark, compared(self._devices), body]))


def compared(reports: Mapping[str, Report]) -> Html:
    """Show where the same draft fares differently on two devices.

    Args:
        reports: The latest report of each device.

    Returns:
        The markup; nothing where there is one device alone.
    """
    if len(reports) < 2:
        return Html()
    outcomes = {
        device: {f"{one.requirement} {one.check}".strip(): one.outcome for one in report.verdicts}
        for device, report in reports.items()
    }
    names = dict.fromkeys(name for found in outcomes.values() for name in found)
    rows = [
        (tag("b", name), *(outcome(found.get(name, "skipped")) for found in outcomes.values()))
        for name in names
        if len({found.get(name) for found in outcomes.values()}) > 1
    ]
    if not rows:
        return join([badge("the same on", "✓", "good"), f" {', '.join(reports)}"])
    titles = ["check_", *(f"{device}_" for device in reports)]
    return join([tag("h4", "Where the devices differ"), table(titles, rows, "Devices")])
