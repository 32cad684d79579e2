"""Calls of tools, carried out one after the other; a check is the one that has to be waited for."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.checks import plan
from workbench.errors import ImplementerError
from workbench.implementers._agent import reports, toolbox, tools
from workbench.implementers._agent.desk import Desk
from workbench.implementers._agent.reading import Unseen
from workbench.implementers._agent.toolbox import Refusal
from workbench.implementers._agent.tools import Arguments
from workbench.records import Draft, Report, Tier

Steps = Generator[Draft, Report, str]
# Open assumptions go to the person; what comes back are their texts and answers, "" for yes.
Ask = Callable[[Sequence[Mapping[str, str]]], Sequence[Mapping[str, str]]]
PATIENCE = 3  # how often the same call may fail in the same way


@dataclass(frozen=True)
class Call:
    """A tool call as the model made it.

    Args:
        id: The API's id.
        name: The tool.
        input: The arguments, unchecked.
        cut: Whether the answer ended in the middle of it.
    """

    id: str
    name: str
    input: Any
    cut: bool = False


@dataclass(frozen=True)
class Result:
    """What a call gave.

    Args:
        id: The call's id.
        text: What the model reads.
        failed: Whether it was refused.
    """

    id: str
    text: str
    failed: bool

    def block(self) -> dict[str, Any]:
        """Return it in the API's form."""
        block = {"type": "tool_result", "tool_use_id": self.id, "content": self.text}
        return {**block, "is_error": True} if self.failed else block


class TestWriter(Protocol):
    """Whoever writes tests without sight of the module."""

    @property
    def working(self) -> bool:
        """Whether a former run ended in the middle of its work."""
        ...

    def write(self, module: Draft, report: Report) -> Generator[Draft, Report, None]:
        """Write them for a module, or look again where its interface has changed."""
        ...

    def dispute(self, test: str, message: str, reason: str) -> Generator[Draft, Report, str]:
        """Judge a test again that fails; the answer is what its author says."""
        ...


class Calls:
    """Carries out the agent's calls.

    Args:
        desk: What they work on.
        offered: The tools that there are, by name.
        tester: Writes the tests, where the agent does not.
        ask: Shows open assumptions to the person and waits; None where nobody is there.
    """

    def __init__(
        self,
        desk: Desk,
        offered: Mapping[str, type[Arguments]],
        tester: TestWriter | None = None,
        ask: Ask | None = None,
    ) -> None:
        self.desk, self.offered, self._tester, self._ask = desk, offered, tester, ask
        self._failures: dict[str, int] = {}

    def answer(
        self, calls: Sequence[Call], *, news: bool = False
    ) -> Generator[Draft, Report, list[Result]]:
        """Carry out the calls of one answer, in order.

        Args:
            calls: The calls.
            news: Whether the person has said something that the agent has not read yet, so that
                this is no time to finish.

        Yields:
            A draft for each check that is asked for; its report is wanted back.

        Returns:
            One result per call.

        Raises:
            ImplementerError: The same call failed too often.
        """
        results = []
        for call in calls:
            try:
                text, failed = (yield from self._one(call, news=news)), False
            except (Refusal, Unseen) as refusal:
                text, failed = f"Not done: {refusal}", True
            results.append(Result(call.id, text, failed))
            self._count(call, text, failed)
        return results

    def _one(self, call: Call, *, news: bool) -> Steps:
        if self.desk.finished:
            raise Refusal("you have finished; nothing more is carried out")
        if call.cut:
            raise Refusal(
                "the answer ended in the middle of this call, so it is not carried out; call it "
                "again, with a long source in several cells of the same path"
            )
        given = toolbox.parse(self.offered, call.name, call.input)
        match given:
            case tools.RunChecks():
                return (yield from self._check(given.tier))
            case tools.DisputeTest():
                return (yield from self._dispute(given))
            case tools.Finish() if news:
                raise Refusal("the person has said something meanwhile; take it in, then finish")
            case tools.Finish():
                return (yield from self._finish(given))
        return self._at_once(given)

    def _at_once(self, given: Arguments) -> str:
        desk, library = self.desk, self.desk.library
        match given:
            case tools.ReadGuidance():
                return desk.read_guidance()
            case tools.ListFiles():
                return library.list(given.pattern)
            case tools.Search():
                return library.search(given.pattern, given.glob)
            case tools.ReadFile():
                return desk.read_file(given.path, given.start, given.lines)
            case tools.StatePlan():
                return desk.state_plan(given) + self._asked()
            case tools.Note():
                return desk.note(given)
            case tools.WriteCell():
                return desk.write_cell(given)
            case tools.ReviseCell():
                return desk.revise_cell(given)
            case tools.DropCell():
                return desk.drop_cell(given)
            case tools.EditFile():
                return desk.edit_file(given)
            case tools.ReadVerdict():
                return self._read_verdict(given.id)
        raise Refusal(f"nothing carries out {toolbox.name_of(type(given))}")

    def _asked(self) -> str:
        """Show the person what the plan assumes and nobody has decided yet."""
        undecided = self.desk.undecided
        if not undecided:
            return ""
        if self._ask is None:
            return " Nobody can be asked in this run: your assumptions are recorded as they are."
        return self.desk.decide(self._ask(undecided))

    def _check(self, tier: Tier | None) -> Steps:
        """Ask for a check; a draft that has not changed is not checked again."""
        desk = self.desk
        found = desk.problems()
        if found:
            raise Refusal("there is nothing to check yet: " + "; ".join(found))
        if self._tester is not None and tier != "live":
            early = yield from self._write_tests(self._tester)
            if early:
                return early
        if tier and desk.settled(tier):
            assert desk.latest is not None
            green = desk.latest[1].green
            return "Nothing has changed since the last report, which is " + (
                "green: call finish." if green else "not green: mend the draft first."
            )
        report = yield from self.report_on(tier)
        former = desk.reports.get(report.tier)
        desk.reports[report.tier] = report
        if desk.latest is None:
            raise Refusal("no report came back")
        left = [s.name for s in plan(desk.spec, "full") if not s.requirement]
        return reports.brief(desk.latest[0], report, former, left)

    def _write_tests(self, tester: TestWriter) -> Steps:
        """Wake the tester for a module that is worth it; otherwise say what stands against it."""
        desk = self.desk
        if desk.latest and not desk.stale:
            report = desk.latest[1]
        else:
            report = yield from self.report_on("live")
        if report.tier == "live" and not report.green:
            former, desk.reports["live"] = desk.reports.get("live"), report
            return (
                reports.brief(desk.draft(), report, former)
                + "\nThe tests are written once the live tier is green."
            )
        yield from tester.write(desk.draft(), report)
        return ""

    def report_on(self, tier: Tier | None) -> Generator[Draft, Report, Report]:
        """Offer the draft and keep its report."""
        draft = self.desk.draft(wants=tier)
        report = yield draft
        self.desk.latest = (draft, report)
        return report

    def _finish(self, given: tools.Finish) -> Steps:
        """End the work: green after one last check of the host's, or with what is open."""
        desk = self.desk
        desk.sum_up(given.summary + (f"\n\nOpen: {given.open}" if given.open else ""))
        if desk.problems():
            if not given.open:
                raise Refusal("nothing can be checked: " + "; ".join(desk.problems()))
            desk.finish()
            return "You have stopped; the draft is shown as not green."
        text = yield from self._check(None)
        if desk.latest and desk.latest[1].green:
            desk.finish()
            return text
        if given.open:
            desk.finish()
            return f"{text}\nYou have stopped; the draft is shown as not green."
        raise Refusal(
            f"{text}\nThe draft is not green, so this is not the end: mend it, or call finish "
            "again with 'open' saying what is open and why."
        )

    def _dispute(self, given: tools.DisputeTest) -> Steps:
        """Let the tester judge a failing test again."""
        working = self._tester is not None and self._tester.working
        if self.desk.latest is None and not (working or self.desk.problems()):
            yield from self.report_on("full")  # a resumed run: the session knows the report still
        tests = self.desk.latest[1].tests if self.desk.latest else ()
        failing = {t.id: t.message for t in tests if t.outcome in {"failed", "error"}}
        if self._tester is None or not (working or given.id in failing):
            known = ", ".join(failing) or "none"
            raise Refusal(f"{given.id!r} is no failing test of the latest report; failing: {known}")
        said = yield from self._tester.dispute(given.id, failing.get(given.id, ""), given.reason)
        return f"The tester answers: {said}\nRun the checks again to see the tests as they are now."

    def _read_verdict(self, identifier: str) -> str:
        if self.desk.latest is None:
            raise Refusal("there is no report yet; call run_checks")
        draft, report = self.desk.latest
        text = reports.full(report, identifier, draft)
        if text is None:
            raise Refusal(f"there is no verdict {identifier!r}; {reports.near(report, identifier)}")
        stale = "\n(The draft has changed since.)" if self.desk.stale else ""
        return text + stale

    def _count(self, call: Call, text: str, failed: bool) -> None:
        """Stop an agent that runs against the same wall again and again."""
        if not failed:
            if call.name in {"write_cell", "revise_cell", "drop_cell", "edit_file"}:
                self._failures.clear()
            return
        key = json.dumps([call.name, call.input], sort_keys=True, default=str)
        self._failures[key] = self._failures.get(key, 0) + 1
        if self._failures[key] >= PATIENCE:
            raise ImplementerError(
                f"the agent made the same failing call {PATIENCE} times: {call.name}: "
                f"{text[:300]}; what it wrote is kept: resume the session, perhaps with another "
                "model",
                fault="repetition",
            )
