"""Implementing: who writes the code, where it is checked, and the verdicts as they come."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets

from workbench import registry
from workbench.errors import UsageError
from workbench.journal import Event
from workbench.records import Report, Verdict
from workbench.spec import Spec
from workbench.widgets._cards import Cards
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets._pieces import badge, number, sub
from workbench.widgets._stream import Stream
from workbench.widgets.report_view import counted, summary, verdict_tables

_MUTANTS = "How many mistakes are made on purpose in a green draft, to see what its tests notice"
_ALL = 1_000  # mutants: of most modules each one

_NONE = "it has no options"
_HINTS = {
    "blueprint": _NONE,
    "anthropic": "model: claude-opus-5-5    (also effort, turns, tokens, dollars, agent, base_url)",
    "replay": "recording: the folder of a session",
}


class ImplementPanel(Panel):
    """Start, watch and stop an implementer.

    Args:
        flusher: Brings changes to the widgets.
        start: Called when it shall start.
        pause: Called with whether it shall hold at its next step.
        go_on: Called when it shall go on after it has ended.
        stop: Called when it shall stop.
        cards: What it says about its work.
    """

    def __init__(
        self,
        flusher: Flusher,
        start: Callable[[], None],
        pause: Callable[[bool], None],
        go_on: Callable[[], None],
        stop: Callable[[], None],
        cards: Cards,
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
            0, min=0, max=9_999, description="Mutants", style=LABEL, tooltip=_MUTANTS
        )
        self.kills.layout.width = "170px"
        self.given = ipywidgets.Textarea(
            placeholder=_HINTS.get("blueprint", _NONE),
            description="Options",
            style=LABEL,
            rows=2,
            layout=ipywidgets.Layout(flex="1 1 300px"),
            tooltip="Options of the implementer, one 'name: value' per line",
        )
        self.given.add_class("wb-code")
        self.start_button = button("Start", "Write a draft and check it", main=True)
        self.stop_button = button("Stop", "End what runs; it can be resumed")
        self.stop_button.disabled = True
        self.pause_button = button("Pause", "Hold the implementer at its next step")
        self.pause_button.disabled = True
        self.stream, self.spent, self.table = html(), html(), html()
        self._cards, self._paused, self._working = cards, False, False
        buttons = row(self.start_button, self.pause_button, self.stop_button)
        buttons.add_class("wb-beside-label")
        lines = [row(self.implementer, self.device, self.kills), row(self.given), buttons]
        shown = [self.spent, self.stream, cards, self.table]
        super().__init__("3 · Implement", flusher, lines, shown)
        self.start_button.on_click(lambda _: start())
        self.pause_button.on_click(lambda _: pause(not self._paused) if self._working else go_on())
        self.implementer.observe(self._chosen, "value")
        self.stop_button.on_click(lambda _: stop())
        self._spec: Spec | None = None
        self._verdicts: dict[tuple[str, str], Verdict] = {}  # the latest of each
        self._kills: list[str] = []
        self._stream = Stream()

    @property
    def options(self) -> dict[str, Any]:
        """The implementer's options as they were typed.

        Raises:
            UsageError: They are no mapping.
        """
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            given = YAML(typ="safe", pure=True).load(self.given.value) or {}
        except YAMLError:
            given = None
        if not isinstance(given, dict):
            raise UsageError(
                f"the options {self.given.value!r} are no mapping; write one 'name: value' per line"
            )
        return {str(name): value for name, value in given.items()}

    def prove_tests(self) -> None:
        """Choose who writes tests for code that is there, and as many mutants as prove them."""
        self.implementer.value = "blueprint"
        self.kills.value = self.kills.value or _ALL

    def usable(self, *, idle: bool, working: bool, goes_on: bool) -> None:
        """Let only those buttons be pressed that can do something now.

        Args:
            idle: Whether nothing is being done.
            working: Whether an implementer is at work.
            goes_on: Whether one that has ended can go on.
        """
        self._working = working
        on = self._paused if working else goes_on
        held = {"disabled": not (working or goes_on), "description": "Go on" if on else "Pause"}
        self.flusher.set(self.pause_button, **held)
        self.flusher.set(self.start_button, disabled=not idle)
        self.flusher.set(self.stop_button, disabled=not working)

    def waiting(self, count: int) -> None:
        """Say that the person has said what the implementer has not heard yet."""
        word = "answer or edit" if count == 1 else "answers or edits"
        self.say(f"{count} {word} of yours not heard yet; Go on lets it take them in", "?", "warn")

    def paused(self, held: bool) -> None:
        """Show whether it is held."""
        self._paused = held
        self.flusher.set(self.pause_button, description="Go on" if held else "Pause")
        if held:
            self.say("paused; it holds at its next step", "‖", "warn")

    def words(self, shown: Mapping[str, Any]) -> None:
        """Show what it is just writing."""
        self._stream.write(shown)
        self.show(self.stream, self._stream.body)

    def hear(self, event: Event) -> None:
        """Show one event of the session's journal."""
        self._cards.hear(event)
        match event["event"]:
            case "started":
                self._spec = Spec.model_validate(event["spec"])
                self._stream.clear()
                self.show(self.spent, Html())
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
                if event.get("kind") == "usage":
                    self.show(self.spent, _spending(event["total"]))
            case "asked":
                self.say("it asks, and waits for your answers", "?", "warn")
            case "reported":
                report = Report.model_validate(event["report"])
                self._reached(*report.verdicts)
                sign, tone = ("✓", "good") if report.green else ("✗", "bad")
                state = "green" if report.green else "not green"
                self.say(f"{state}: {summary(report)}", sign, tone)
            case "finished" if not self._verdicts:
                self.say("no draft was offered", "✗", "bad")

    def _chosen(self, change: Mapping[str, Any]) -> None:
        self.given.placeholder = _HINTS.get(change["new"], _NONE)

    def _restart(self) -> None:
        self._verdicts, self._kills = {}, []
        self._reached()

    def _reached(self, *verdicts: Verdict) -> None:
        self._verdicts |= {(verdict.check, verdict.requirement): verdict for verdict in verdicts}
        shown = verdict_tables(tuple(self._verdicts.values()), self._spec, live=True)
        self.show(self.table, shown)


def implementers() -> list[str]:
    """List the implementers that need nothing but a spec, a target and words."""
    return [name for name in registry.members("implementers") if not _demands(name)]


def devices() -> list[str]:
    """List the devices; a GPU shows itself by its file, so no tensor library is loaded."""
    gpus = sorted(path.name[6:] for path in Path("/dev").glob("nvidia[0-9]*"))
    return ["cpu", *(f"cuda:{number}" for number in gpus)]


def _demands(name: str) -> bool:
    """Say whether an implementer needs what no person types; it is not imported for that."""
    return any(
        default is None and ast.unparse(keyword.annotation or ast.Constant("")) != "str"
        for node in ast.parse(registry.source("implementers", name)).body
        if isinstance(node, ast.FunctionDef) and node.name == "implement"
        for keyword, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    )


def _spending(total: Mapping[str, Any]) -> Html:
    """Show what the agent has taken so far."""
    read = int(total.get("cache_read") or 0)
    taken = int(total.get("input") or 0) + int(total.get("cache_write") or 0) + read
    parts = [
        number(int(total.get("answers") or 0), "answer"),
        f"{taken:,} tokens read" + (f" ({read / taken:.0%} from the cache)" if taken else ""),
        f"{int(total.get('output') or 0):,} written",
    ]
    dollars = total.get("dollars")
    cost = f"${dollars:.2f}" if dollars is not None else "cost not known"
    return join([badge(cost, tone="note"), " ", sub(" · ".join(parts))])
