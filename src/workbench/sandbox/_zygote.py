"""The warm worker's process: it imports the framework once, then forks one child per candidate.

Two processes: a small starter that enters fresh namespaces and waits, and the zygote, the first
process in them, which ends together with everything it started when the host or the starter ends.
The zygote stays single-threaded, because a fork of a process with threads may deadlock, and it
never runs code of a draft.
"""

from __future__ import annotations

import dataclasses
import fcntl
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn

from workbench.sandbox import _candidate, _confine, _kernel, _memory, _namespaces, _tests

_SIZE = struct.Struct("<I")
_BROKEN = 70  # exit code of a candidate that could not even start
_LONGEST_END = 5.0  # seconds until killed processes must be gone
# Whatever the framework is, answers depend on these.
_MEANS = (
    *("builtins", "gc", "importlib.*", "inspect", "io", "json.*", "linecache", "math", "os"),
    *("posix", "random", "struct", "sys", "traceback", "types", "numpy", "numpy.core.*"),
    *("numpy.lib.*", "numpy._core.*", "workbench.*"),
)
# The outcome of a test depends on these as well.
_REPORTERS = ("pytest", "_pytest.*", "pluggy.*")


def main(control: int, host: int, scratch: str, framework: str) -> NoReturn:
    """Start the zygote and wait for its end; never returns.

    Args:
        control: The file descriptor of the line to the host.
        host: The host's process id.
        scratch: An empty folder, made for this worker and removed with it.
        framework: A member of `workbench.frameworks`, or the dotted name of a module like one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is meant for the host
    watched = [control, *_watch(host)]
    separate = _namespaces.enter()
    child = os.fork()
    if child == 0:
        _Zygote(socket.socket(fileno=control), watched, scratch, separate).run(framework)
    for opened in watched:
        os.close(opened)
    _, status = os.waitpid(child, 0)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1 if status else 0)


def _watch(process: int) -> list[int]:
    """Open a descriptor that becomes readable when a process ends, where the system has that."""
    try:
        return [os.pidfd_open(process)]
    except (AttributeError, OSError):
        return []  # the end of the line to the host has to do


class _Zygote:
    """The process that forks."""

    def __init__(
        self, control: socket.socket, watched: list[int], scratch: str, separate: bool
    ) -> None:
        self._control, self._watched, self._scratch = control, watched, scratch
        if _kernel.SUPPORTED:
            _kernel.die_with_parent(signal.SIGKILL)
            _kernel.adopt_orphans()
        mounts = separate and _namespaces.freeze_mounts(scratch)
        self._means = _confine.offered(namespaces=separate, mounts=mounts)
        os.environ.update(HOME=scratch, TMPDIR=scratch)
        tempfile.tempdir = None
        self._folders: dict[int, str] = {}  # of each candidate; "" where it vanishes by itself
        self._made = 0
        self._watch: _memory.Watch | None = None
        self._reporters: _memory.Watch | None = None

    def run(self, framework: str) -> NoReturn:
        """Warm up, then serve the host until it has gone; never returns."""
        try:
            module, self._watch, self._reporters = _load(framework)
        except BaseException as error:
            self._reply({"failed": f"{type(error).__name__}: {error}"})
            os._exit(1)
        self._reply({"means": dataclasses.asdict(self._means)})
        while True:
            self._wait()
            request, handed = self._receive()
            if request["do"] == "fork":
                self._reply({"pid": self._fork(module, handed, request["rehearse"])})
            elif request["do"] == "inspect":
                self._reply(self._inspect(**request))
            else:
                self._reply({"status": self._end(request["pid"], request["grace"])})

    def _wait(self) -> None:
        poll = select.poll()
        for opened in self._watched:
            poll.register(opened, select.POLLIN)
        if poll.poll()[0][0] != self._watched[0]:
            self._leave()  # the host has ended

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        head, handed, _, _ = socket.recv_fds(self._control, _SIZE.size, 2)
        if len(head) < _SIZE.size:
            self._leave()  # the host has gone
        body = self._control.recv(_SIZE.unpack(head)[0], socket.MSG_WAITALL)
        return json.loads(body), list(handed)

    def _reply(self, words: Mapping[str, object]) -> None:
        try:
            self._control.sendall(_pack(words))
        except OSError:
            self._leave()

    def _leave(self) -> NoReturn:
        for child in list(self._folders):
            self._end(child, 0.0)
        os._exit(0)

    def _fork(self, framework: ModuleType, handed: list[int], rehearse: bool) -> int:
        self._made += 1
        folder, own = self._scratch, ""
        if not self._means.mounts:  # no file system of its own: a folder of its own
            folder = own = os.path.join(self._scratch, str(self._made))
            os.mkdir(folder, 0o700)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            ready = (framework, self._means, folder, self._watch)
            _become_candidate(ready, parent, handed, rehearse=rehearse)
        _lead_group(child)
        for opened in handed:
            os.close(opened)
        self._folders[child] = own
        return child

    def _inspect(self, *, pid: int, restored: bool, tests: bool, **_: object) -> dict[str, object]:
        """Compare a candidate's memory with that of this process."""
        if self._watch is None or self._reporters is None:
            return {"cannot": "this Python's objects have a layout that is not known"}
        try:
            found = self._watch.touched(pid, restored=restored)
            also = self._reporters.touched(pid, restored=restored) if tests else []
            return {"touched": [*also, *found]}
        except OSError as error:
            return {"cannot": str(error)}

    def _end(self, child: int, grace: float) -> int | None:
        """Kill a candidate and all its descendants.

        Args:
            child: Its process id, which is also the id of the group that none of them can leave.
            grace: Seconds to wait for it to end by itself first.

        Returns:
            How the candidate ended, as `os.waitpid` tells it; None where it was killed here or
            where it is no child of this process.
        """
        status = _reap(child, grace)
        with suppress(OSError):  # nobody may be left
            os.killpg(child, signal.SIGKILL)
        _reap_group(child)
        _remove(self._folders.pop(child, ""))
        return status


def _load(
    framework: str,
) -> tuple[ModuleType, _memory.Watch | None, _memory.Watch | None]:
    name = framework if "." in framework else f"workbench.frameworks.{framework}"
    module = importlib.import_module(name)
    _tests.warm()
    if hasattr(module, "warm"):
        module.warm()
    threads = len(os.listdir("/proc/self/task")) if _kernel.SUPPORTED else 1
    if threads > 1:
        raise RuntimeError(
            f"{framework} runs {threads} threads after warming up; a process that forks needs one"
        )
    watch = _memory.over(
        (*_MEANS, *getattr(module, "MEANS", ())),
        ("workbench.sandbox.*", "workbench.frameworks.*"),
        getattr(module, "FREE", ()),
    )
    reporters = _memory.over(_REPORTERS, (), ())
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, memory shared with children
    return module, watch, reporters


def _become_candidate(
    ready: tuple[ModuleType, _confine.Means, str, _memory.Watch | None],
    parent: int,
    handed: list[int],
    *,
    rehearse: bool,
) -> NoReturn:
    framework, folder = ready[0], ready[2]
    try:
        _lead_group(os.getpid())
        _take_lines(handed)
        os.environ.update(HOME=folder, TMPDIR=folder)
        if rehearse and hasattr(framework, "rehearse"):
            framework.rehearse()
        if os.getppid() == parent:
            _candidate.run(*ready)
    except BaseException:
        traceback.print_exc()  # the host shows it when it finds the candidate gone
    finally:
        os._exit(_BROKEN)


def _take_lines(handed: list[int]) -> None:
    """Keep the line to the host and the output pipe, and close everything else."""
    line, output = (fcntl.fcntl(opened, fcntl.F_DUPFD, 10) for opened in handed)
    os.dup2(line, _candidate.LINE)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for name in os.listdir("/dev/fd"):  # the highest possible number may be in the billions
        if int(name) > _candidate.LINE:
            with suppress(OSError):  # the listing's own is closed already
                os.close(int(name))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _lead_group(process: int) -> None:
    """Make a process the leader of its own group; parent and child both try, to be no race."""
    with suppress(OSError):  # the other was first
        os.setpgid(process, process)


def _reap(child: int, grace: float) -> int | None:
    deadline = time.monotonic() + grace
    while True:
        try:
            found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return None
        if found is not None:
            # It stays a zombie until its group was killed, so that its id cannot mean another.
            exited = found.si_code == os.CLD_EXITED
            return found.si_status << 8 if exited else found.si_status
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.001)


def _reap_group(group: int) -> None:
    deadline = time.monotonic() + _LONGEST_END
    while time.monotonic() < deadline:
        try:
            process, _ = os.waitpid(-group, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            time.sleep(0.001)


def _remove(folder: str) -> None:
    if not folder:
        return
    with suppress(RecursionError):  # folders nested on purpose; the starter tries again at the end
        shutil.rmtree(folder, ignore_errors=True)


def _pack(words: Mapping[str, object]) -> bytes:
    body = json.dumps(words).encode()
    return _SIZE.pack(len(body)) + body
