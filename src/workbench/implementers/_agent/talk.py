"""The conversation with the model: ask, carry out, check, until it finishes or cannot go on.

The SDK's runner carries the ordinary loop: answer, tools, next answer. What it does not handle ends
the runner here, and the next one starts from our own memory: an answer that broke off is asked for
again, a call that was cut is refused and its neighbours are kept, a conversation that grew too long
starts anew from what stands on the desk. So each message is paid for once and none is lost.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from workbench.errors import ImplementerError, WorkbenchError
from workbench.implementers._agent import faults, switch
from workbench.implementers._agent.answers import calls_in, hearing, plain, speaks, why_refused
from workbench.implementers._agent.calls import Calls, Result
from workbench.implementers._agent.desk import Desk, Tell
from workbench.implementers._agent.faults import Secrets, TooLong, Unusable
from workbench.implementers._agent.memory import Memory, Message
from workbench.implementers._agent.options import Options
from workbench.implementers._agent.person import Person, nobody
from workbench.implementers._agent.spending import Spending, usage_of
from workbench.implementers._agent.stream import read_answer
from workbench.records import Draft, Report

Answers = deque[Result]
Steps = Generator[Draft, Report, None]

_SILENT = 3  # answers in a row without a call
_ANEW = 3  # conversations that may grow too long
_RESULT = 1000  # characters of a result in an event
_OTHERWISE = "reword the spec or choose another model, then resume the session"
_ENDED = {"end_turn", "stop_sequence", "tool_use", "compaction"}


class Talk:
    """One conversation.

    Args:
        desk: What the agent works on.
        calls: Carries out what it calls.
        memory: The messages so far.
        spending: The budgets.
        secrets: What is never written.
        options: The person's options.
        open_runner: Makes the SDK's runner for messages; it takes our results from the queue.
        first_message: Writes the first message from what stands on the desk.
        tell: Called with each event that is kept.
        show: Called with what is shown while it is written and not kept.
        halted: Says whether the person wants to stop.
        person: What the person does meanwhile.
        ended: What is told when it has finished.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        calls: Calls,
        memory: Memory,
        spending: Spending,
        secrets: Secrets,
        options: Options,
        open_runner: Callable[[list[Message], Answers], Any],
        first_message: Callable[[], str],
        tell: Tell,
        show: Tell,
        halted: Callable[[], bool],
        person: Person | None = None,
        ended: str = "the agent has finished",
    ) -> None:
        self._desk, self._calls, self._memory = desk, calls, memory
        self._spending, self._secrets, self._options = spending, secrets, options
        self._open_runner, self._first_message = open_runner, first_message
        self._tell, self._halted, self._ended = tell, halted, ended
        self._person = person or Person(nobody, desk, tell)
        self._hear = hearing(tell, show)
        self._silent = self._broken = self._anew = 0
        self._named = ""

    def go_on(self, pending: tuple[Message, str] | None) -> Steps:
        """Talk until the agent finishes.

        Args:
            pending: An answer of a former run whose calls are still to be carried out.

        Yields:
            A draft for each check.

        Raises:
            WorkbenchError: It cannot go on; one sentence says why and what to do.
        """
        try:
            words = "" if pending else self._person.words()
            if self._desk.finished and words:
                self._desk.reopen()  # it has answers to take in
            if self._desk.finished and not self._desk.problems():
                yield from self._calls.report_on(None)  # a former run ended just here
            if not self._memory.messages:
                self._memory.begin(self._first_message())
            if words:
                self._memory.say(words)
                self._person.kept()
            if pending is not None:
                yield from self._act(*pending, deque())
            while not self._desk.finished:
                yield from self._converse()
            self._tell({"kind": "end", "fault": "", "sentence": self._ended})
        except WorkbenchError as error:
            fault = getattr(error, "fault", "") or "usage"
            self._tell({"kind": "end", "fault": fault, "sentence": str(error)})
            if fault == "budget" and not self._desk.problems() and self._desk.stale:
                yield from self._last_check()
            raise

    def _last_check(self) -> Steps:
        """Show where the draft stands, though the agent cannot go on."""
        yield from self._calls.report_on(None)

    def _converse(self) -> Steps:
        """Run one of the SDK's runners until it ends, or until it cannot go on by itself."""
        answers: Answers = deque()
        runner = self._open_runner(list(self._memory.messages), answers)
        try:
            goes_on = True
            while goes_on and not self._desk.finished:
                switch.require_allowed()
                self._spending.check()
                answer = self._listen(runner)
                if answer is None:
                    return
                goes_on = yield from self._take(answer, answers)
        except Unusable as fault:
            self._ask_again(fault)
        except TooLong as reason:
            self._start_anew(str(reason))
        finally:
            runner.close()

    def _listen(self, runner: Any) -> Any | None:
        try:
            answer = read_answer(runner, self._hear, self._halted)
        except WorkbenchError:
            raise
        except Exception as error:
            raise faults.understood(error, self._secrets) from None
        if answer is not None:
            self._name(answer.model)
            totals = self._spending.add(usage := usage_of(answer.usage))
            self._tell({"kind": "usage", **usage, "total": totals})
        return answer

    def _name(self, model: str) -> None:
        """Tell which model answers, whenever that changes."""
        if model != self._named:
            self._named = model
            self._tell({"kind": "model", "answers": model})

    def _take(self, answer: Any, answers: Answers) -> Generator[Draft, Report, bool]:
        """Judge how an answer ended, keep it, and act on it."""
        stop, message = answer.stop_reason, plain(answer)
        if stop is None:
            raise Unusable("the answer ended early, without a stop reason", "cut")
        if stop == "refusal":
            raise ImplementerError(
                f"the model refuses{why_refused(answer)}; {_OTHERWISE}", fault="refusal"
            )
        if stop == "model_context_window_exceeded":
            raise TooLong("the model's context window is full")
        if stop == "max_tokens" and not speaks(message):
            raise Unusable(
                "the answer was used up before it said anything; raise the option max_tokens",
                "max_tokens",
            )
        self._broken = 0
        if message["content"]:
            self._memory.answered(message, stop)
        return (yield from self._act(message, stop, answers))

    def _act(self, message: Message, stop: str, answers: Answers) -> Generator[Draft, Report, bool]:
        """Carry out what an answer calls; say whether the runner can go on with the results."""
        if stop == "pause_turn":
            return True
        calls = calls_in(message, cut=stop not in _ENDED)
        if not calls:
            self._nudge(stop)
            return False
        self._silent = 0
        words = self._person.words()
        results = yield from self._calls.answer(calls, news=bool(words))
        for call, result in zip(calls, results, strict=True):
            text = result.text[:_RESULT]
            self._tell({"kind": "result", "name": call.name, "failed": result.failed, "text": text})
        # The person's words stand beside the results: in one of them, a file could forge them.
        said = [{"type": "text", "text": words}] if words else []
        self._memory.say([*(result.block() for result in results), *said])
        self._person.kept()
        answers.extend(results)
        known = all(call.name in self._calls.offered for call in calls)
        return known and not words and stop == "tool_use"

    def _nudge(self, stop: str) -> None:
        """Answer words without a call."""
        self._silent += 1
        if self._silent >= _SILENT:
            raise ImplementerError(
                f"the agent answered {self._silent} times without calling a tool, and never "
                f"finished; {faults.KEPT}, perhaps with another model",
                fault="silence",
            )
        cut = "Your answer was cut at its longest. " if stop == "max_tokens" else ""
        self._memory.say(
            f"{cut}Nothing was carried out, for nothing was called. Go on with a tool; when you "
            "are done, or cannot go on, call finish."
        )

    def _ask_again(self, fault: Unusable) -> None:
        """Send the same turn once more, some times."""
        self._broken += 1
        sentence = self._secrets.strike(str(fault))
        self._tell(
            {"kind": "fault", "fault": fault.fault, "sentence": sentence, "times": self._broken}
        )
        if self._broken > self._options.resends:
            raise ImplementerError(
                f"{sentence}, {self._broken} times in a row; {faults.KEPT}", fault=fault.fault
            )
        until = time.monotonic() + self._options.pause * 2 ** (self._broken - 1)
        while time.monotonic() < until and not self._halted():
            time.sleep(min(0.1, self._options.pause))

    def _start_anew(self, reason: str) -> None:
        """Begin a fresh conversation from what stands on the desk."""
        self._anew += 1
        sentence = self._secrets.strike(reason)
        self._tell({"kind": "fault", "fault": "context", "sentence": sentence, "times": self._anew})
        if self._anew > _ANEW:
            raise ImplementerError(
                f"the conversation outgrew the model {self._anew} times ({sentence}); "
                f"{faults.KEPT}",
                fault="context",
            )
        self._desk.latest, self._desk.reports = None, {}
        self._memory.begin(self._first_message())
