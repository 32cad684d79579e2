"""The host's side of one candidate: questions go out, answers or the reason of a loss come back."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, TypeGuard

from workbench.errors import CandidateError, CandidateLost, CandidateRaised, UsageError
from workbench.sandbox._frames import FrameError, FrameTooLarge, encode
from workbench.sandbox._limits import Limits
from workbench.sandbox._line import Line, OutputFlood
from workbench.sandbox._process import Fork, Zygote, ZygoteGone

_GRACE = 0.5  # seconds in which a process that closed its line must be gone by itself
_OUTCOMES = ("passed", "failed", "skipped", "error")
_PROGRESS_LIMIT = 100_000  # reports of progress per question


class Candidate:
    """One confined process that runs a draft's code and answers questions about it.

    It answers until it is closed or lost. It is not safe to ask from two threads at once.
    """

    def __init__(self, zygote: Zygote, fork: Fork, limits: Limits) -> None:
        self._zygote, self._pid, self._limits = zygote, fork.pid, limits
        self._line = Line(
            fork.data,
            fork.output,
            output_limit=limits.output_bytes,
            reply_limit=limits.reply_bytes,
        )
        self._loss: CandidateLost | None = None
        self._open = True
        self._doing = ""

    def __enter__(self) -> Candidate:
        """Return the candidate itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the candidate."""
        self.close()

    @property
    def output(self) -> str:
        """What it printed so far, standard output and standard error together."""
        return self._line.printed.decode("utf-8", "replace")

    def ask(
        self,
        question: str,
        arguments: Mapping[str, object] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, object]:
        """Ask the framework inside the candidate a question.

        Args:
            question: The name of the question.
            arguments: Plain values and numpy arrays, nested at will.
            seconds: How long it may take; the limits' `seconds` where it is not given.

        Returns:
            The answer: plain values and numpy arrays. It is the candidate's word, not a verdict.

        Raises:
            CandidateRaised: The draft's code raised an exception; the candidate lives on.
            CandidateLost: The candidate is gone, for the reason that it names.
            UsageError: The arguments cannot be sent.
        """
        return self._converse("framework", question, arguments or {}, seconds)

    def ask_all(
        self,
        question: str,
        several: Sequence[Mapping[str, object]],
        *,
        seconds: float | None = None,
    ) -> list[dict[str, object] | CandidateError]:
        """Ask the same question about several things, without waiting in between.

        Args:
            question: The name of the question.
            several: The arguments of each.
            seconds: How long each may take, as for `ask`.

        Returns:
            The answers in order, or the error in the place of one; the last is a `CandidateLost`
            where the candidate is gone, and what comes after it was not asked.

        Raises:
            UsageError: The arguments cannot be sent.
        """
        self._require_open()
        nonces = [self._post("framework", question, arguments) for arguments in several]
        found: list[dict[str, object] | CandidateError] = []
        for nonce in nonces:
            try:
                found.append(self._reply(nonce, question, seconds))
            except CandidateRaised as error:
                found.append(error)
            except CandidateLost as error:
                return [*found, error]
        return found

    def run_tests(
        self, tests: Mapping[str, str], *, seconds: float | None = None
    ) -> list[dict[str, object]]:
        """Run test sources with pytest inside the candidate.

        Args:
            tests: Source text by relative path; a ``conftest.py`` among them is used.
            seconds: How long all of them may take together.

        Returns:
            For each test ``id``, ``outcome`` (passed, failed, skipped or error), ``seconds``,
            ``message`` and ``line``: the candidate's word, not a verdict.

        Raises:
            CandidateRaised: pytest itself could not run.
            CandidateLost: The candidate is gone; the error names the test that ran last.
            UsageError: The tests cannot be sent.
        """
        answer = self._converse("sandbox", "run tests", {"tests": tests}, seconds)
        found = answer.get("tests")
        if not isinstance(found, list) or not all(_is_result(item) for item in found):
            self._lose("protocol", "its test results are not what a test run reports")
        return found

    def hold_tests(
        self, tests: Mapping[str, str], files: Sequence[str], *, seconds: float | None = None
    ) -> tuple[list[str], set[tuple[str, str]]]:
        """Collect tests and hold them ready, for mutants of the module to meet them.

        Args:
            tests: Source text by relative path.
            files: The names under which the code of the mutated modules is shown.
            seconds: How long the collection may take.

        Returns:
            The tests' ids, and file and name of each function of the modules that ran meanwhile.

        Raises:
            CandidateRaised: They could not be collected.
            CandidateLost: The candidate is gone.
        """
        arguments = {"tests": tests, "files": list(files)}
        answer = self._converse("sandbox", "hold tests", arguments, seconds)
        names, ran = answer.get("tests"), answer.get("ran")
        if not _are_texts(names) or not isinstance(ran, list) or not all(map(_are_texts, ran)):
            self._lose("protocol", "what it says of the tests that it holds is no list of them")
        return names, {(str(pair[0]), str(pair[-1])) for pair in ran}

    def meet(self, request: Mapping[str, object], *, seconds: float) -> dict[str, Any]:
        """Let the tests that are held meet one mutant, in a process of its own.

        Args:
            request: ``module`` and ``source`` of the mutant, ``order`` (ids of the tests),
                ``seconds`` for each of them, and whether the ``first_only`` that notices counts.
            seconds: How long all of it may take.

        Returns:
            ``tests``, as `run_tests` returns them; ``how`` it ended if not by itself (``time``,
            ``lost`` or ``unpatched``), and the test ``at`` which it did.

        Raises:
            CandidateRaised: The process could not be made.
            CandidateLost: The candidate is gone.
        """
        answer = self._converse("sandbox", "meet", request, seconds)
        found = answer.get("tests")
        if not isinstance(found, list) or not all(_is_result(item) for item in found):
            self._lose("protocol", "its test results are not what a test run reports")
        if not _is_text(answer, "how", "at"):
            self._lose("protocol", "it does not say how a mutant ended")
        return answer

    def watch(self, trusted: Sequence[str]) -> None:
        """Have the candidate ended as soon as draft code reaches for what answers with it.

        Args:
            trusted: Folders whose code is not the draft's.
        """
        self._converse("sandbox", "watch", {"trusted": list(trusted)}, None)

    def touched(self, *, restored: bool = True, tests: bool = False) -> tuple[list[str], bool]:
        """Tell what the draft has changed of that which answers depend on.

        Args:
            restored: Also tell what was changed and changed back.
            tests: Also look at what reports on tests, where that can be done from outside.

        Returns:
            What was touched, and whether that was read from outside the candidate's process.

        Raises:
            CandidateError: It had to be asked itself, and does not answer.
        """
        self._require_open()
        try:
            found = self._zygote.inspect(self._pid, restored=restored, tests=tests)
        except ZygoteGone:
            self._lose("signal", "its worker has ended")
        if found is not None:
            return found, True
        answer = self._converse("sandbox", "inspect", {"restored": restored}, None)
        touched = answer.get("touched")
        if not isinstance(touched, list):
            raise CandidateRaised("RuntimeError", str(answer.get("cannot", "no answer")), [], "")
        return [str(name) for name in touched], False

    def _set_up(self, arguments: Mapping[str, object]) -> None:
        self._converse("sandbox", "set up", arguments, None)

    def _attack(self, arguments: Mapping[str, object], seconds: float) -> dict[str, object]:
        return self._converse("sandbox", "attack", arguments, seconds)

    def _converse(
        self, to: str, question: str, arguments: Mapping[str, object], seconds: float | None
    ) -> dict[str, object]:
        self._require_open()
        return self._reply(self._post(to, question, arguments), question, seconds)

    def _post(self, to: str, question: str, arguments: Mapping[str, object]) -> str:
        """Send a question; its nonce is in the reply."""
        nonce = secrets.token_hex(8)
        frame = {"nonce": nonce, "to": to, "question": question, "arguments": arguments}
        try:
            self._line.post(encode(frame))
        except FrameError as error:
            raise UsageError(f"the arguments of {question!r} cannot be sent: {error}") from None
        return nonce

    def _reply(self, nonce: str, question: str, seconds: float | None) -> dict[str, object]:
        """Wait for the reply to a question."""
        allowed = self._limits.seconds if seconds is None else seconds
        self._doing = f"on {question!r}"
        try:
            reply = self._await_reply(nonce, question, time.monotonic() + allowed)
        except TimeoutError:
            self._lose("time", f"it spent more than {allowed:g} s")
        except EOFError:
            self._lose_by_status()
        except OutputFlood:
            self._lose("output", f"it printed more than {self._limits.output_bytes} bytes")
        except FrameTooLarge as error:
            self._lose("size", str(error))
        except FrameError as error:
            self._lose("protocol", f"what it sent is no answer: {error}")
        except BaseException:  # an interrupt of the host: the line is in the middle of a frame
            self.close()
            raise
        return self._value(reply)

    def _require_open(self) -> None:
        if self._loss is not None:
            raise CandidateLost(self._loss.reason, f"{self._loss.sentence} (asked again)")
        if not self._open:
            raise UsageError("this candidate was closed; take a new one from the worker")

    def _await_reply(self, nonce: str, question: str, deadline: float) -> dict[str, Any]:
        for _ in range(_PROGRESS_LIMIT):
            reply = self._line.next(deadline)
            if not isinstance(reply, dict) or not _is_text(reply, "nonce", "kind"):
                raise FrameError("it is no reply")
            if reply["kind"] == "tampering":  # told in the middle of whatever is done
                return reply
            if reply["nonce"] != nonce:
                raise FrameError("it answers no question that was asked")
            if reply["kind"] != "progress":
                return reply
            if _is_text(reply, "value"):
                self._doing = f"on {question!r}, at {reply['value'][:300]!r}"
        raise FrameError("it reports progress without end")

    def _value(self, reply: dict[str, Any]) -> dict[str, object]:
        value = reply.get("value")
        if reply["kind"] == "answer" and isinstance(value, dict):
            return value
        if reply["kind"] == "tampering" and isinstance(value, str):
            self._lose("tampering", f"it reached for the means of checking: {value[:300]}")
        if reply["kind"] != "raised" or not _is_description(value):
            self._lose("protocol", "its answer is neither a value nor an exception")
        if value["limit"] == "memory":
            allowed = f"{self._limits.memory_bytes / 2**20:g} MiB"
            self._lose("memory", f"it asked for more memory than {allowed}: {value['message']}")
        if value["limit"] == "processes":
            allowed = f"{self._limits.processes} processes, {self._limits.threads} threads"
            self._lose("processes", f"it tried to start more than {allowed}: {value['message']}")
        raise CandidateRaised(value["kind"], value["message"], value["trace"], value["where"])

    def _lose_by_status(self) -> NoReturn:
        status = self._end(_GRACE)
        if status is None:
            self._lose("protocol", "it closed its line to the host but went on running")
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            self._lose("exited", f"its process ended by itself with exit code {code}")
        if -code == getattr(signal, "SIGXCPU", 0):
            self._lose("time", f"it used {self._limits.cpu_seconds} s of processor time")
        if b"std::bad_alloc" in self._line.printed:
            self._lose("memory", "its process was ended because an allocation in C++ failed")
        also = ", which the kernel also sends when memory runs out" if code == -9 else ""
        name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
        self._lose("signal", f"its process was ended by signal {-code} ({name}){also}")

    def _lose(self, reason: str, what: str) -> NoReturn:
        self._end(0.0)
        words = f"the candidate is gone: {what} ({self._doing})"
        self._loss = CandidateLost(reason, words)
        raise self._loss from None

    def dismiss(self) -> None:
        """End the candidate and everything that it started, without waiting for their end."""
        if self._open:
            self._open = False
            with suppress(ZygoteGone):  # it went together with its worker
                self._zygote.dismiss(self._pid)
            self._line.close()

    def _end(self, grace: float) -> int | None:
        if not self._open:
            return None
        self._open = False
        try:
            return self._zygote.end(self._pid, grace)
        except ZygoteGone:
            return signal.SIGKILL  # it went together with its worker
        finally:
            self._line.close()

    def close(self) -> None:
        """End the candidate and everything that it started; harmless when repeated."""
        self._end(0.0)


def _is_text(value: Mapping[str, object], *names: str) -> bool:
    """Tell whether these entries are strings; an array would answer a comparison with an array."""
    return all(isinstance(value.get(name), str) for name in names)


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_description(value: object) -> TypeGuard[dict[str, Any]]:
    if not isinstance(value, dict) or not _is_text(value, "kind", "message", "where", "limit"):
        return False
    trace = value.get("trace")
    return isinstance(trace, list) and all(_is_frame(frame) for frame in trace)


def _is_frame(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"file", "line", "function", "text"}:
        return False
    return _is_text(value, "file", "function", "text") and _is_whole(value["line"])


def _is_result(value: object) -> bool:
    names = {"id", "outcome", "seconds", "message", "line"}
    if not isinstance(value, dict) or value.keys() != names:
        return False
    typed = _is_text(value, "id", "outcome", "message") and isinstance(value["seconds"], float)
    return typed and _is_whole(value["line"]) and value["outcome"] in _OUTCOMES
