"""The verdicts: the report on what stands in the cells, and checking it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

from workbench.records import Draft, Report, Tier
from workbench.spec import Spec
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._pieces import badge, outcome, sub, table
from workbench.widgets.report_view import report_view

_FARTHER = 10.0  # times: errors that are apart by this are worth a look
_ALONE = "this machine has one device, the cpu; with a GPU both are compared here"
_TIERS = [("live (on every edit)", "live"), ("full (to accept)", "full"), ("deep", "deep")]


class VerdictsPanel(Panel):
    """Shows the report on the latest draft.

    Args:
        flusher: Brings changes to the widgets.
        check: Called with a tier and a device when what stands shall be checked.
        choose: Called with the device on which edited cells are checked from now on.
        compare: Called with a tier and all devices when they shall be compared.
        devices: The devices that there are.
    """

    def __init__(
        self,
        flusher: Flusher,
        check: Callable[[Tier, str], None],
        choose: Callable[[str], None],
        compare: Callable[[Tier, Sequence[str]], None],
        devices: list[str],
    ) -> None:
        self.tier = ipywidgets.Dropdown(
            options=_TIERS, value="full", description="Tier", style=LABEL
        )
        self.device = ipywidgets.Dropdown(options=devices, description="Device", style=LABEL)
        self.check_button = button("Check", "Check what stands in the cells", main=True)
        self.compare_button = button("Compare devices", "Check what stands on each, and compare")
        self.compare_button.disabled = len(devices) < 2
        self.report = html(sub("The evidence appears here."))
        alone = html(sub(_ALONE) if len(devices) < 2 else Html())
        line = row(self.tier, self.device, self.check_button, self.compare_button, alone)
        super().__init__("5 · Verdicts", flusher, [line], [self.report])
        self.check_button.on_click(lambda _: check(self.tier.value, self.device.value))
        self.compare_button.on_click(lambda _: compare(self.tier.value, devices))
        self.device.observe(lambda change: choose(change["new"]), "value")
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
    rows: list[Sequence[object]] = [
        (tag("b", name), *(outcome(found.get(name, "skipped")) for found in outcomes.values()))
        for name in names
        if len({found.get(name) for found in outcomes.values()}) > 1
    ]
    rows += _errors(reports)
    took = ", ".join(f"{device} {report.seconds:.1f} s" for device, report in reports.items())
    if not rows:
        return join([badge("the same on", "✓", "good"), f" {', '.join(reports)} ", sub(took)])
    titles = ["check_", *(f"{device}_" for device in reports)]
    shown = table(titles, rows, "Devices")
    return join([tag("h4", join(["Where the devices differ ", sub(took)])), shown])


def _errors(reports: Mapping[str, Report]) -> list[Sequence[object]]:
    """Compare the errors against float64 where they are of another size."""
    found = {
        device: {f"{one.input} in {one.type}": one.error for one in report.numerics}
        for device, report in reports.items()
    }
    rows: list[Sequence[object]] = []
    for name in dict.fromkeys(name for errors in found.values() for name in errors):
        errors = [one.get(name) for one in found.values()]
        sizes = [error for error in errors if error]
        if len(sizes) > 1 and max(sizes) > _FARTHER * min(sizes):
            shown = ("–" if error is None else f"{error:.0e}" for error in errors)
            rows.append((f"error, {name}", *shown))
    return rows
