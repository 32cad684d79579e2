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
from collections.abc import Mapping, Sequence
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


class ZygoteGone(Exception):
    """The zygote does not answer any more."""


@dataclass(frozen=True)
class Fork:
    """A candidate's process, as it comes from the zygote."""

    pid: int
    data: socket.socket
    output: int


class Zygote:
    """One running zygote.

    Args:
        framework: A member of `workbench.frameworks`, or the dotted name of a module like one.
        python: The interpreter that runs it.
        roots: Further folders from which the framework may be imported.
        start_seconds: How long it may take to start and to warm up.

    Raises:
        WorkbenchError: It did not start.
    """

    def __init__(
        self, framework: str, *, python: str, roots: Sequence[str], start_seconds: float
    ) -> None:
        self._lock, self._owner = threading.Lock(), os.getpid()
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
        """Start a candidate.

        Raises:
            ZygoteGone: The zygote has died.
        """
        ours, theirs = socket.socketpair()
        output, printing = os.pipe()
        try:
            pid = self._ask({"do": "fork"}, [theirs.fileno(), printing])["pid"]
        except BaseException:
            ours.close()
            os.close(output)
            raise
        finally:
            theirs.close()
            os.close(printing)
        return Fork(pid, ours, output)

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
        status = self._ask({"do": "end", "pid": pid, "grace": grace}, [])["status"]
        return None if status is None else int(status)

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
        touched = self._ask(request, []).get("touched")
        return None if touched is None else [str(name) for name in touched]

    def _ask(self, request: Mapping[str, object], handed: list[int]) -> dict[str, Any]:
        body = json.dumps(request).encode()
        with self._lock:
            try:
                message = _SIZE.pack(len(body)) + body
                socket.send_fds(self._control, [message], handed)
            except OSError:
                raise ZygoteGone("it closed its line") from None
            try:
                return self._hear(_ANSWER_SECONDS)
            except ZygoteGone:
                self._kill()  # a late answer would be taken for that of the next request
                raise

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
