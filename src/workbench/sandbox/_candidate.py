"""The candidate's own loop: confine, take the draft's sources, then answer question after question.

Runs in a fresh fork of the worker. The first frame from the host says how to confine; nothing of
the draft is imported before that has happened. Whatever this process says is data for the host to
judge and never a verdict.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from workbench.sandbox import _alarm, _attacks, _confine, _held, _memory, _sources, _tests, _trace
from workbench.sandbox._frames import INCOMPLETE, FrameError, FrameReader, encode
from workbench.sandbox._limits import Limits

LINE = 3  # the file descriptor on which host and candidate talk
_NO_LIMIT = 2**62  # the host is trusted

# Bound before any draft runs, so that a draft which patches the os module breaks only itself.
_read, _write, _exit = os.readv, os.write, os._exit

Answer = Callable[[str, dict[str, Any]], Mapping[str, object]]
Work = Callable[[], Mapping[str, object]]


class _Line:
    """The candidate's end of the line."""

    def __init__(self) -> None:
        self._reader = FrameReader(_NO_LIMIT)

    def hear(self) -> dict[str, Any]:
        """Wait for the host's next frame; end when the host has gone."""
        while True:
            count = _read(LINE, [self._reader.space])
            if count == 0:
                _exit(0)
            frame = self._reader.advance(count)
            if frame is not INCOMPLETE:
                return frame  # type: ignore[return-value]  # the host sends dictionaries only

    def say(self, frame: Mapping[str, object]) -> None:
        """Send one frame."""
        for part in encode(frame):
            rest = memoryview(part)
            while rest:
                rest = rest[_write(LINE, rest) :]


def run(
    framework: ModuleType, means: _confine.Means, scratch: str, watch: _memory.Watch | None
) -> NoReturn:
    """Be a candidate until the host has no more questions; never returns.

    Args:
        framework: The module that answers questions.
        means: What this machine offers to confine with.
        scratch: The folder that this candidate may write to.
        watch: What must stay as it is.
    """
    line = _Line()
    frame = line.hear()
    reply = _attempt(lambda: _set_up(frame["arguments"], framework, means, scratch), scratch)
    if reply["kind"] == "raised":  # it may be confined by half, so it answers nothing
        _say(line, {"nonce": frame["nonce"], **reply}, scratch)
        _exit(1)

    def answer(heard: dict[str, Any]) -> Work:
        return _answer(heard, framework, line, scratch, watch)

    _converse(line, frame, reply, answer, scratch)


def _converse(
    line: _Line,
    frame: dict[str, Any],
    reply: dict[str, object],
    answer: Callable[[dict[str, Any]], Work],
    scratch: str,
) -> NoReturn:
    """Give the reply to a frame, then answer what comes, until the host has gone."""
    while True:
        _flush()
        _say(line, {"nonce": frame["nonce"], **reply}, scratch)
        frame = line.hear()
        reply = _attempt(answer(frame), scratch)


def _attempt(work: Work, scratch: str) -> dict[str, object]:
    try:
        return {"kind": "answer", "value": work()}
    except BaseException as error:  # a draft may raise anything, SystemExit included
        return {"kind": "raised", "value": _trace.describe(error, scratch)}


def _say(line: _Line, reply: dict[str, object], scratch: str) -> None:
    try:
        line.say(reply)
    except (FrameError, MemoryError) as error:
        line.say({**reply, "kind": "raised", "value": _trace.describe(error, scratch)})


def _answer(
    frame: dict[str, Any],
    framework: ModuleType,
    line: _Line,
    scratch: str,
    watch: _memory.Watch | None,
) -> Work:
    question, arguments = frame["question"], frame["arguments"]

    def progress(words: str) -> None:
        line.say({"nonce": frame["nonce"], "kind": "progress", "value": words})

    def hold_on(held: Mapping[str, object], meet: _held.Meet) -> NoReturn:
        reply: dict[str, object] = {"kind": "answer", "value": held}
        _converse(line, frame, reply, lambda heard: lambda: meet(heard["arguments"]), scratch)

    if frame["to"] == "framework":
        return lambda: _answered(framework, line, frame)
    if question == "inspect":
        return lambda: _look(watch, arguments["restored"])
    if question == "watch":
        return lambda: _alarm.install(arguments["trusted"], line.say)
    if question == "run tests":
        return lambda: _tests.run(arguments["tests"], scratch, progress)
    if question == "hold tests":
        return lambda: _held.hold(arguments, scratch, hold_on)
    return lambda: _attacks.run(arguments)


def _set_up(
    arguments: dict[str, Any], framework: ModuleType, means: _confine.Means, scratch: str
) -> dict[str, object]:
    limits, search_path = Limits(**arguments["limits"]), arguments["search_path"]
    _confine.confine(means, limits, scratch=scratch, search_path=search_path)
    _sources.install(arguments["sources"], arguments["paths"], search_path)
    seed = arguments["seed"]
    random.seed(seed)
    np.random.seed(seed)
    if hasattr(framework, "seed"):
        framework.seed(seed)
    return {}


def _look(watch: _memory.Watch | None, restored: bool) -> dict[str, object]:
    """Look at oneself, where nobody can look from outside."""
    if watch is None:
        return {"cannot": "this Python's objects have a layout that is not known"}
    return {"touched": watch.touched(os.getpid(), restored=restored)}


def _answered(framework: ModuleType, line: _Line, frame: dict[str, Any]) -> Mapping[str, object]:
    """Answer; end where the library was left in a state in which somebody else answers."""
    answer: Answer = framework.answer
    value = answer(frame["question"], frame["arguments"])
    disturbed: list[str] = getattr(framework, "disturbed", list)()
    if sys.gettrace() is not None or sys.getprofile() is not None:
        disturbed.append("a trace function was left in place")
    if disturbed:
        words = "; ".join(disturbed)
        line.say({"nonce": frame["nonce"], "kind": "tampering", "value": words})
        _exit(1)
    return value


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # the draft may have closed or replaced it
            continue
