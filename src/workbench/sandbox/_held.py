"""Holds collected tests ready, and forks a process for each mutant that they are to meet.

Importing the tests and what they import takes most of the time of a short run, so it is done once.
A mutant's process starts where the collection ended: the functions of its module get their new
code, then the tests run in the order that was asked for. It may start no process and signal no
other, and what it did is gone when it ends. Whatever it says is data for the host.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, NoReturn

from workbench.sandbox import _kernel, _patch, _seccomp, _tests

_BROKEN = 70  # exit code of a process that could not even start
_STUCK = 2.0  # seconds after which a process that should have ended by itself is killed
_PART = 65536
_LINE = 3  # the file descriptor on which host and candidate talk
_UNPATCHED = "unpatched"

Meet = Callable[[dict[str, Any]], Mapping[str, object]]
HoldOn = Callable[[Mapping[str, object], Meet], NoReturn]


def hold(arguments: dict[str, Any], scratch: str, hold_on: HoldOn) -> dict[str, object]:
    """Collect tests, then answer what becomes of them with one mutant after the other.

    Args:
        arguments: ``tests``: source text by path; ``files``: the names under which the code of the
            modules that will be mutated is shown.
        scratch: The folder that this process may write to.
        hold_on: Gives the first answer, ``tests`` (the ids) and ``ran`` (file and name of each
            function of the modules that ran meanwhile), and then meets mutants; never returns.

    Raises:
        RuntimeError: Nothing could be collected, or threads are running, which a fork would lose.
    """
    recorder = _tests.Recorder(lambda name: None)
    holder = _Holder(arguments["files"], recorder, hold_on)
    sys.setprofile(holder.watch)
    try:
        _tests.run_with(arguments["tests"], scratch, [recorder, holder])
    finally:
        sys.setprofile(None)
    raise RuntimeError("pytest collected nothing")


class _Holder:
    """A pytest plug-in that stops after the collection."""

    def __init__(self, files: Sequence[str], recorder: _tests.Recorder, hold_on: HoldOn) -> None:
        self._files, self._recorder, self._hold_on = frozenset(files), recorder, hold_on
        self._ran: set[tuple[str, str]] = set()
        self._items: dict[str, Any] = {}

    def watch(self, frame: FrameType, event: str, _: object) -> None:
        """Note which functions of the mutated modules run while tests are collected."""
        if event == "call" and frame.f_code.co_filename in self._files:
            self._ran.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    def pytest_configure(self, config: Any) -> None:
        """Keep tracebacks short: a long one takes longer than many a test."""
        config.option.tbstyle = "line"

    def pytest_runtestloop(self, session: Any) -> bool:
        """Hold the tests instead of running them."""
        sys.setprofile(None)
        if _kernel.SUPPORTED and len(os.listdir("/proc/self/task")) > 1:
            raise RuntimeError("threads are running after the tests were collected")
        self._items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()  # keeps the collector from touching, and so copying, shared memory
        held = {"tests": list(self._items), "ran": [list(pair) for pair in sorted(self._ran)]}
        self._hold_on(held, self._meet)

    def _meet(self, request: dict[str, Any]) -> dict[str, object]:
        """Let one mutant meet the tests, in a process of its own."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._be_mutant(request, reading, writing)
        os.close(writing)
        try:
            said = list(_listen(reading, time.monotonic() + sum(request["seconds"]) + _STUCK))
        finally:
            os.close(reading)
            status = _reap(child)
        return _summary(said, status)

    def _be_mutant(self, request: dict[str, Any], reading: int, writing: int) -> NoReturn:
        try:
            _separate(reading)

            def tell(kind: str, value: object) -> None:
                os.write(writing, json.dumps([kind, value]).encode() + b"\n")

            if _patch.patch(request["module"], request["source"]):
                self._run(request, tell)
                tell("ended", "")
            else:
                tell(_UNPATCHED, "")
            os._exit(0)
        finally:
            os._exit(_BROKEN)

    def _run(self, request: dict[str, Any], tell: Callable[[str, object], None]) -> None:
        names: list[str] = request["order"]
        items = [*(self._items[name] for name in names), None]
        for at, name in enumerate(names):
            tell("begins", name)
            signal.setitimer(signal.ITIMER_REAL, request["seconds"][at])
            hook = items[at].config.hook
            hook.pytest_runtest_protocol(item=items[at], nextitem=items[at + 1])
            result = self._recorder.results[name]
            tell("result", result)
            if request["first_only"] and result["outcome"] in ("failed", "error"):
                return


def _separate(reading: int) -> None:
    """Let go of the host's line and of the output, and of the right to start processes."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    silent = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(silent, standard)
    for opened in (_LINE, reading):
        os.close(opened)
    if _kernel.SUPPORTED and _seccomp.available():
        _seccomp.forbid_processes(os.getpid())


def _listen(reading: int, deadline: float) -> Iterator[tuple[str, Any]]:
    """Yield what a mutant's process says, until it ends or the time is over."""
    text, poll = b"", select.poll()
    poll.register(reading, select.POLLIN)
    while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        part = os.read(reading, _PART)
        if not part:
            return
        *lines, text = (text + part).split(b"\n")
        for line in lines:
            kind, value = json.loads(line)
            yield kind, value


def _reap(child: int) -> int:
    """Wait for the end of a mutant's process; kill it where it does not come."""
    deadline = time.monotonic() + _STUCK
    while time.monotonic() < deadline:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            return status
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _summary(said: Sequence[tuple[str, Any]], status: int) -> dict[str, object]:
    results = [value for kind, value in said if kind == "result"]
    at = next((str(value) for kind, value in reversed(said) if kind == "begins"), "")
    kinds = {kind for kind, _ in said}
    if _UNPATCHED in kinds or "ended" in kinds:
        how = _UNPATCHED if _UNPATCHED in kinds else ""
    else:
        how = "time" if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _OVER else "lost"
    return {"tests": results, "how": how, "at": at}


_OVER = (signal.SIGALRM, signal.SIGKILL)
