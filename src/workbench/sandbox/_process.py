"""The host's handle on one zygote: start it, ask it for candidates, end them, end it."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from workbench.errors import UsageError, WorkbenchError

_SIZE = struct.Struct("<I")
_START = str(Path(__file__).resolve().with_name("_start.py"))
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # interpreters may need them to start
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "USER": "candidate",
    "CUDA_VISIBLE_DEVICES": "",  # a device that was touched before a fork is lost to the child
    "MALLOC_ARENA_MAX": "2",  # each further arena reserves address space, which is limited
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
ENVIRONMENT_NAMES = frozenset({*_ENVIRONMENT, *_KEPT_ENVIRONMENT, "HOME", "TMPDIR"})
"""The names that a candidate's environment may hold."""

_ANSWER_SECONDS = 10.0  # the zygote does no work of its own, so it answers at once


_Take = Callable[[dict[str, Any]], object]


class ZygoteGone(Exception):
    """The zygote does not answer any more."""


@dataclass
class Fork:
    """A candidate's process, as it comes from the zygote."""

    pid: int
    data: socket.socket
    output: int

    def begin(self, reply: Mapping[str, Any]) -> None:
        """Take the process id, which comes after the rest."""
        self.pid = int(reply["pid"])

    @property
    def gone(self) -> bool:
        """Whether it has ended before anything was asked."""
        poll = select.poll()
        poll.register(self.data, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Let go of it; it ends when it hears nobody any more."""
        self.data.close()
        os.close(self.output)


class Zygote:
    """One running zygote.

    Args:
        framework: A member of `workbench.frameworks`, or the dotted name of a module like one.
        python: The interpreter that runs it.
        roots: Further folders from which the framework may be imported.
        start_seconds: How long it may take to start and to warm up.
        spare: Whether a candidate always waits for the next `fork`, rehearsed.

    Raises:
        WorkbenchError: It did not start.
    """

    def __init__(
        self,
        framework: str,
        *,
        python: str,
        roots: Sequence[str],
        start_seconds: float,
        spare: bool = False,
    ) -> None:
        self._lock, self._owner = threading.RLock(), os.getpid()
        self._spare, self._waiting = spare, list[Fork]()  # one at most
        self._owed = deque[_Take]()  # what takes each reply that is still to come
        self._control, theirs = socket.socketpair()
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed below; for a crash before it can speak
        self.scratch = tempfile.mkdtemp(prefix="workbench-")
        self.means: Mapping[str, object] = {}
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with theirs:
                self._process = self._start(framework, python, roots, theirs.fileno())
            self._await_ready(framework, start_seconds)
        except BaseException:
            self._kill()  # it may be in the middle of anything
            self.close()
            raise

    def _start(
        self, framework: str, python: str, roots: Sequence[str], line: int
    ) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        numbers = (str(line), str(os.getpid()))
        arguments = [*numbers, self.scratch, framework, *roots]
        try:
            return subprocess.Popen(
                [python, "-I", "-B", _START, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                env={**_ENVIRONMENT, **kept},
                cwd="/",
                pass_fds=(line,),
                start_new_session=True,  # a Ctrl-C in the terminal is meant for the host
            )
        except OSError as error:
            problem = f"the interpreter {python!r} cannot be run: {error}"
            raise UsageError(f"{problem}; give one that has numpy and the framework") from None

    def _await_ready(self, framework: str, seconds: float) -> None:
        try:
            words = self._hear(seconds)
        except ZygoteGone as error:
            problem = f"{error}{self._last_words()}"
        else:
            if "failed" not in words:
                self.means = words["means"]
                return
            problem = str(words["failed"])
        raise WorkbenchError(f"the worker for framework {framework!r} did not start: {problem}")

    def _last_words(self) -> str:
        self._words.seek(0)
        text = self._words.read().decode("utf-8", "replace").strip()
        return f"; it printed: {text[-2000:]}" if text else ""

    def fork(self) -> Fork:
        """Start a candidate, or hand over the one that waits.

        Raises:
            ZygoteGone: The zygote has died.
        """
        with self._lock:
            if self._waiting:
                fork = self._begun(self._waiting.pop())
                if not fork.gone:
                    return fork
                fork.close()
                self.end(fork.pid, 0.0)
            return self._begun(self._request_fork(rehearse=False))

    def _begun(self, fork: Fork) -> Fork:
        """Wait for the process id of a candidate that was asked for."""
        try:
            self._settle()
        except BaseException:
            fork.close()
            raise
        return fork

    def prepare(self) -> None:
        """Have a candidate rehearse and wait for the next `fork`, where one is wanted.

        It returns at once; a zygote that has died says so to whoever asks next.
        """
        with self._lock, suppress(ZygoteGone):
            if self._spare and not self._waiting:
                self._waiting.append(self._request_fork(rehearse=True))

    def _request_fork(self, *, rehearse: bool) -> Fork:
        """Ask for a candidate; its process id comes with a reply that is not awaited."""
        ours, theirs = socket.socketpair()
        output, printing = os.pipe()
        fork = Fork(0, ours, output)
        try:
            request = {"do": "fork", "rehearse": rehearse}
            self._request(request, [theirs.fileno(), printing], fork.begin)
        except BaseException:
            fork.close()
            raise
        finally:
            theirs.close()
            os.close(printing)
        return fork

    def end(self, pid: int, grace: float) -> int | None:
        """Kill a candidate and all that it started.

        Args:
            pid: Its process id, as `fork` told it.
            grace: Seconds for it to end by itself first.

        Returns:
            Its wait status where it ended by itself, else None.

        Raises:
            ZygoteGone: The zygote has died, and so every candidate of it.
        """
        status = self._ask({"do": "end", "pid": pid, "grace": grace})["status"]
        return None if status is None else int(status)

    def dismiss(self, pid: int) -> None:
        """Have a candidate and all that it started killed, and do not wait for their end.

        Args:
            pid: Its process id, as `fork` told it.

        Raises:
            ZygoteGone: The zygote has died, and so every candidate of it.
        """
        with self._lock:
            self._request({"do": "end", "pid": pid, "grace": 0.0}, [], lambda reply: None)
        self.prepare()

    def inspect(self, pid: int, *, restored: bool, tests: bool = False) -> list[str] | None:
        """Compare a candidate's memory with that of the process that it was forked from.

        Args:
            pid: Its process id, as `fork` told it.
            restored: Also tell what was changed and changed back.
            tests: Also look at what reports on tests.

        Returns:
            What was touched; None where its memory cannot be read from outside.

        Raises:
            ZygoteGone: The zygote has died.
        """
        request = {"do": "inspect", "pid": pid, "restored": restored, "tests": tests}
        touched = self._ask(request).get("touched")
        return None if touched is None else [str(name) for name in touched]

    def _ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        replies: list[dict[str, Any]] = []
        with self._lock:
            self._request(request, [], replies.append)
            self._settle()
        return replies[0]

    def _request(self, words: Mapping[str, object], handed: list[int], take: _Take) -> None:
        """Send a request whose reply is taken when somebody waits for one."""
        body = json.dumps(words).encode()
        try:
            socket.send_fds(self._control, [_SIZE.pack(len(body)) + body], handed)
        except OSError:
            raise ZygoteGone("it closed its line") from None
        self._owed.append(take)

    def _settle(self) -> None:
        """Take the replies that are owed, in the order of the requests."""
        while self._owed:
            try:
                reply = self._hear(_ANSWER_SECONDS)
            except ZygoteGone:
                self._kill()  # a late answer would be taken for that of the next request
                raise
            self._owed.popleft()(reply)

    def _hear(self, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        head = self._read(_SIZE.size, deadline)
        words = json.loads(self._read(_SIZE.unpack(head)[0], deadline))
        return dict(words)

    def _read(self, size: int, deadline: float) -> bytes:
        data, poll = b"", select.poll()
        poll.register(self._control, select.POLLIN)
        while len(data) < size:
            left = max(0.0, deadline - time.monotonic())
            if not poll.poll(left * 1000):
                raise ZygoteGone("it did not answer in time")
            try:
                part = self._control.recv(size - len(data))
            except OSError:
                part = b""
            if not part:
                raise ZygoteGone("it ended")
            data += part
        return data

    def close(self) -> None:
        """End the zygote and everything that it started; harmless when repeated."""
        self._control.close()  # the zygote ends when it sees this
        while self._waiting:
            self._waiting.pop().close()
        if os.getpid() != self._owner:
            return  # a fork of the host only lets go
        if self._process is not None:
            try:
                self._process.wait(timeout=_ANSWER_SECONDS)
            except subprocess.TimeoutExpired:
                self._kill()
                self._process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._words.close()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
