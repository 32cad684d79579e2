"""Implementing: who writes the code, where it is checked, and the verdicts as they come."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import ipywidgets

from workbench import registry
from workbench.journal import Event
from workbench.records import Report, Verdict
from workbench.spec import Spec
from workbench.widgets._flusher import Flusher
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._stream import Stream
from workbench.widgets.report_view import counted, summary, verdict_tables

_MUTANTS = "How many mistakes are made on purpose in a green draft, to see what its tests notice"


class ImplementPanel(Panel):
    """Start, watch and stop an implementer.

    Args:
        flusher: Brings changes to the widgets.
        start: Called when it shall start.
        stop: Called when it shall stop.
    """

    def __init__(
        self, flusher: Flusher, start: Callable[[], None], stop: Callable[[], None]
    ) -> None:
        names = implementers()
        self.implementer = ipywidgets.Dropdown(
            options=names,
            value="blueprint" if "blueprint" in names else None,
            description="Implementer",
            style=LABEL,
        )
        self.device = ipywidgets.Dropdown(options=devices(), description="Device", style=LABEL)
        self.kills = ipywidgets.BoundedIntText(
            0, min=0, max=999, description="Mutants", style=LABEL, tooltip=_MUTANTS
        )
        self.kills.layout.width = "170px"
        self.start_button = button("Start", "Write a draft and check it", main=True)
        self.stop_button = button("Stop", "End what runs; it can be resumed")
        self.stop_button.disabled = True
        self.stream, self.table = html(), html()
        buttons = (self.start_button, self.stop_button)
        line = row(self.implementer, self.device, self.kills, *buttons)
        super().__init__("3 · Implement", flusher, [line], [self.stream, self.table])
        self.start_button.on_click(lambda _: start())
        self.stop_button.on_click(lambda _: stop())
        self._spec: Spec | None = None
        self._verdicts: dict[tuple[str, str], Verdict] = {}  # the latest of each
        self._kills: list[str] = []
        self._stream = Stream()

    def hear(self, event: Event) -> None:
        """Show one event of the session's journal."""
        match event["event"]:
            case "started":
                self._spec = Spec.model_validate(event["spec"])
                self._stream.clear()
                self.show(self.stream, self._stream.body)
                self._restart()
                self.say(f"{event['implementer']} studies {event['repo']} ...", "…", "note")
            case "drafted":
                self._restart()
                self.say(f"draft {event['hash']}: the verdicts come ...", "…", "note")
            case "verdict":
                self._reached(Verdict.model_validate(event["verdict"]))
                self.say(counted(tuple(self._verdicts.values())), "…", "note")
            case "kill":
                self._kills.append(event["outcome"])
                count = f"{self._kills.count('killed')} of {len(self._kills)} noticed"
                self.say(f"mistakes made on purpose: {count}", "…", "note")
            case "said":
                self._stream.hear(event)
                self.show(self.stream, self._stream.body)
            case "reported":
                report = Report.model_validate(event["report"])
                self._reached(*report.verdicts)
                sign, tone = ("✓", "good") if report.green else ("✗", "bad")
                state = "green" if report.green else "not green"
                self.say(f"{state}: {summary(report)}", sign, tone)
            case "finished" if not self._verdicts:
                self.say("no draft was offered", "✗", "bad")

    def _restart(self) -> None:
        self._verdicts, self._kills = {}, []
        self._reached()

    def _reached(self, *verdicts: Verdict) -> None:
        self._verdicts |= {(verdict.check, verdict.requirement): verdict for verdict in verdicts}
        shown = verdict_tables(tuple(self._verdicts.values()), self._spec, live=True)
        self.show(self.table, shown)


def implementers() -> list[str]:
    """List the implementers that need nothing but a spec and a target."""
    return [name for name in registry.members("implementers") if not _demands(name)]


def devices() -> list[str]:
    """List the devices; a GPU shows itself by its file, so no tensor library is loaded."""
    gpus = sorted(path.name[6:] for path in Path("/dev").glob("nvidia[0-9]*"))
    return ["cpu", *(f"cuda:{number}" for number in gpus)]


def _demands(name: str) -> bool:
    """Say whether an implementer has a keyword without a default; it is not imported for that."""
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name == "implement"
        and None in node.args.kw_defaults
        for node in ast.parse(registry.source("implementers", name)).body
    )
