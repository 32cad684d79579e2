"""What hostile code would try, as small functions that run inside a confined candidate.

Each returns when it got through and raises when it was stopped. They belong to the workbench, so
their word counts; a draft's never does.
"""

from __future__ import annotations

import math
import mmap
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

THROUGH, STOPPED = "got through", "stopped"

Attack = Callable[[], object]


def run(arguments: Mapping[str, Any]) -> dict[str, object]:
    """Try the attacks of one kind.

    Args:
        arguments: ``kind`` is ``"probe"`` (all that come back), ``"hang"``, ``"flood"`` or
            ``"tamper"``; the rest is what the probes aim at, see `_guarantees`.

    Returns:
        By guarantee, what became of each attack: ``"got through"`` or ``"stopped: ..."``.
    """
    if arguments["kind"] == "hang":
        _hang()
    if arguments["kind"] == "flood":
        _flood()
    if arguments["kind"] == "tamper":
        math.sqrt = abs  # type: ignore[assignment]
        return {}
    found: dict[str, dict[str, str]] = {}
    for guarantee, name, attack in _attacks(arguments):
        found.setdefault(guarantee, {})[name] = _try(attack)
    return dict(found)


def _try(attack: Attack) -> str:
    try:
        attack()
    except (OSError, MemoryError, RuntimeError) as error:
        return f"{STOPPED}: {type(error).__name__}: {error}"
    return THROUGH


def _attacks(aim: Mapping[str, Any]) -> Iterator[tuple[str, str, Attack]]:
    yield "network", "TCP to the host", lambda: _connect(socket.AF_INET, ("127.0.0.1", aim["tcp"]))
    yield "network", "UDP to the host", lambda: _send(("127.0.0.1", aim["udp"]))
    yield "network", "unix socket of the host", lambda: _connect(socket.AF_UNIX, aim["unix"])
    if aim["abstract"]:
        name = aim["abstract"]
        yield "network", "abstract socket of the host", lambda: _connect(socket.AF_UNIX, name)
    yield "files read", "a file of the host", lambda: Path(aim["secret"]).read_bytes()
    yield "files read", "the home folder", lambda: os.listdir(aim["home"])
    for process in (aim["host"], os.getppid()):
        place = Path(f"/proc/{process}/environ")
        yield "files read", f"environment of process {process}", place.read_bytes
    yield "files written", "a new file on the host", lambda: _create(aim["folder"])
    yield "files written", "a new file among the packages", lambda: _create(aim["packages"])
    yield "files written", "mode of a file of the host", lambda: os.chmod(aim["secret"], 0o666)
    yield "files written", "removal of a file of the host", lambda: os.unlink(aim["secret"])
    yield "environment", "names of the host", lambda: _foreign_names(aim["names"])
    yield "memory", "private memory", lambda: _private_memory(aim["memory"])
    yield "memory", "shared memory", lambda: mmap.mmap(-1, aim["shared_memory"])
    yield "disk", "one large file", lambda: _fill(1, aim["disk"] + 1)
    yield "disk", "many files", lambda: _fill(4, aim["disk"] // 2)
    yield "processes", "too many processes", lambda: _start_processes(aim["processes"])
    yield "processes", "too many threads", lambda: _start_threads(aim["threads"])
    yield "processes", "leaving the process group", lambda: os.setpgid(0, 0)
    yield "processes", "a signal to the worker", lambda: os.kill(os.getppid(), 0)


def _connect(family: int, address: Any) -> None:
    with closing(socket.socket(family, socket.SOCK_STREAM)) as line:
        line.settimeout(1)
        line.connect(address)


def _send(address: Any) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.sendto(b"hello", address)


def _create(folder: str) -> None:
    place = Path(folder) / f"written-by-a-candidate-{os.getpid()}"
    place.write_bytes(b"x")
    place.unlink()


def _foreign_names(names: list[str]) -> None:
    # What it was started with; libraries set names of their own later, on the host as well.
    at_start = Path("/proc/self/environ")
    if at_start.exists():
        seen = {entry.split("=")[0] for entry in at_start.read_text().split("\0")}
    else:
        seen = set(os.environ)
    if not seen & set(names):
        raise OSError("none of them is here")


def _private_memory(size: int) -> None:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    mmap.mmap(-1, size, flags).close()


def _fill(count: int, size: int) -> None:
    places = [Path(f"filling-{at}") for at in range(count)]
    try:
        for place in places:
            place.write_bytes(bytes(size))
    finally:
        for place in places:
            place.unlink(missing_ok=True)


def _start_processes(allowed: int) -> None:
    waiting, release = os.pipe()
    children: list[int] = []
    try:
        for _ in range(allowed + 1):
            child = os.fork()
            if child == 0:
                os.close(release)
                os.read(waiting, 1)
                os._exit(0)
            children.append(child)
    finally:
        os.close(release)
        os.close(waiting)
        for child in children:
            os.waitpid(child, 0)


def _start_threads(allowed: int) -> None:
    release = threading.Event()
    threads: list[threading.Thread] = []
    try:
        for _ in range(allowed + 1):
            thread = threading.Thread(target=release.wait, daemon=True)
            thread.start()
            threads.append(thread)
    finally:
        release.set()
        for thread in threads:
            thread.join()


def _hang() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        pass


def _flood() -> None:
    while True:
        os.write(1, b"x" * 65536)
