"""Blind tests: a second conversation writes them and never sees the body of the module.

It knows the spec, the target and the interface of the draft's module. Its cells stand in the draft
beside those of the module's author, who can neither write nor change them, only dispute one that
fails; then its author is asked again and decides by the spec. Events of this conversation carry
``who: tester``, and it is resumed like the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.implementers import Target
from workbench.implementers._agent import opening, problems, tools
from workbench.implementers._agent.calls import Calls
from workbench.implementers._agent.desk import Desk, Tell
from workbench.implementers._agent.interface import interface
from workbench.implementers._agent.memory import Memory
from workbench.implementers._agent.talk import Talk
from workbench.implementers._agent.toolbox import Refusal, name_of
from workbench.implementers._agent.tools import Arguments
from workbench.records import Cell, Draft, Report, Study
from workbench.spec import Spec

WHO = "tester"
_PARAMETERS = 60  # names that are shown
_TOOLS: tuple[type[Arguments], ...] = (
    *(tools.ReadGuidance, tools.ListFiles, tools.Search, tools.ReadFile, tools.Note),
    *(tools.WriteCell, tools.ReviseCell, tools.DropCell, tools.Finish),
)


def offered() -> dict[str, type[Arguments]]:
    """Return the tester's tools by name; the draft's module is behind none of them."""
    return {name_of(tool): tool for tool in _TOOLS}


def system() -> str:
    """Return the tester's system prompt."""
    return Path(__file__).with_name("tester.md").read_text(encoding="utf-8")


class TestDesk(Desk):
    """A desk for tests alone."""

    __test__ = False  # pytest must not collect it

    @property
    def stale(self) -> bool:
        """Nothing is checked from here."""
        return False

    def problems(self) -> list[str]:
        """List what keeps the tests from being run."""
        return super().problems() or self._open()

    def write_cell(self, given: tools.WriteCell) -> str:
        """Put a test cell on the desk."""
        if given.role != "test":
            raise Refusal("you write tests only; the module is somebody else's")
        return super().write_cell(given)

    def _open(self) -> list[str]:
        return problems.of_tests(list(self.cells.values()))

    def _require_order(self) -> None:
        if not self.guided:
            raise Refusal("the target's guidance comes first: call read_guidance")


class TestCalls(Calls):
    """The tester's calls; to finish hands the tests over."""

    __test__ = False

    def _finish(self, given: tools.Finish) -> Generator[Draft, Report, str]:
        if found := self.desk.problems():
            raise Refusal("the tests cannot be run: " + "; ".join(found))
        self.desk.sum_up(given.summary)
        self.desk.finish()
        return "The tests are kept; the host runs them on the module."
        yield  # it offers no draft by itself


class Tester:
    """Writes the tests of a draft without sight of its module.

    Args:
        spec: What is asked for.
        study: What is known of the target.
        target: The target.
        tell: Called with each event; it is marked before.
        talk: Makes a conversation of a desk, calls, a memory, a first message and a teller.
        history: The events of former runs, of both conversations.
    """

    def __init__(
        self,
        spec: Spec,
        study: Study,
        target: Target,
        tell: Tell,
        talk: Callable[..., Talk],
        history: Sequence[Mapping[str, Any]],
    ) -> None:
        def say(event: dict[str, Any]) -> None:
            tell({**event, "who": WHO})

        self._spec, self._study, self._say, self._talk = spec, study, say, talk
        self.desk = TestDesk(spec, study, target, say, "anthropic")
        self._memory = Memory(say)
        own = [event for event in history if event.get("who") == WHO]
        self._pending = self._memory.restore(own, self.desk)
        shown = [event["text"] for event in own if event.get("kind") == "interface"]
        self._shown = shown[-1] if shown else ""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The tests, once they are handed over."""
        return tuple(self.desk.cells.values()) if self.desk.finished else ()

    @property
    def working(self) -> bool:
        """Whether a former run ended in the middle of its work."""
        return bool(self._memory.messages) and not self.desk.finished

    def write(self, module: Draft, report: Report) -> Generator[Draft, Report, None]:
        """Write tests for a module, or look again where its interface has changed.

        Args:
            module: The draft; only its interface is shown.
            report: The host's report on it, which knows the names of its parameters.

        Yields:
            Nothing; it is a generator as every conversation is.
        """
        seen = "\n\n\n".join(
            f"# {path}\n{interface(source)}" for path, source in module.files("module").items()
        )
        seen += _parameters(report)
        if self.desk.finished and seen != self._shown:
            yield from self._again(f"The interface of the module has changed:\n\n{_fenced(seen)}")
        elif not self.desk.finished:
            self._show(seen)
            yield from self._go_on()

    def dispute(self, test: str, message: str, reason: str) -> Generator[Draft, Report, str]:
        """Ask again about a test that fails.

        Args:
            test: Its id.
            message: How it failed.
            reason: Why the module's author disputes it.

        Returns:
            What the tester answers.
        """
        yield from self._again(
            f"The host ran your tests on the module. {test} failed: {message}\n"
            f"The module's author disputes the test: {reason}\n"
            "Judge by the spec alone: correct the test or keep it, then call finish and say why."
        )
        return self.desk.summary

    def _again(self, text: str) -> Generator[Draft, Report, None]:
        if self.desk.finished:  # otherwise a former run ended in the middle of this
            self.desk.reopen()
            self._memory.say(text)
        yield from self._go_on()

    def _go_on(self) -> Generator[Draft, Report, None]:
        pending, self._pending = self._pending, None
        talk = self._talk(
            desk=self.desk,
            calls=TestCalls(self.desk, offered()),
            memory=self._memory,
            first_message=lambda: opening.blind_message(
                self._spec, self._study, self.desk, _fenced(self._shown)
            ),
            tell=self._say,
            ended="the tests are written, without sight of the module",
        )
        yield from talk.go_on(pending)

    def _show(self, seen: str) -> None:
        if seen != self._shown:
            self._shown = seen
            self._say({"kind": "interface", "text": seen})


def _parameters(report: Report) -> str:
    """Name the parameters, as a checkpoint does, so that expected values can be computed."""
    kinds = {step.name: step.type for step in report.flow}
    rows = [
        f"#   {one.name}: {one.size} numbers" + _of(kinds.get(one.name.rpartition(".")[0], ""))
        for one in report.gradients[:_PARAMETERS]
    ]
    more = len(report.gradients) - len(rows)
    rows += [f"#   ... and {more} more"] if more > 0 else []
    head = (
        "# Its parameters as built for a check, with small options, by their names in state_dict:"
    )
    return "\n".join(["", "", head, *rows]) if rows else ""


def _of(kind: str) -> str:
    return f", of a {kind}" if kind else ""


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"
