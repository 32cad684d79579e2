"""Confines itself for ever, then becomes another program; run by its path.

The program may read the system, its interpreter and what is listed, and write where it is told; it
has no network, no new privileges and bounded memory, files and processor time. It may start
processes, which none of this lets go; with namespaces they end together with it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import Any, NoReturn

from _start import _load_own_package  # type: ignore[import-not-found]  # it lies beside this file

_BROKEN = 71
_READABLE = (
    *("/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/localtime"),
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/mime.types", "/etc/ssl"),
    *("/proc", "/sys/devices/system", "/dev/zero", "/dev/urandom", "/dev/random"),
)
_WRITABLE = ("/dev/null", "/dev/shm")


def main(order: dict[str, Any]) -> NoReturn:
    """Enclose this process and become the program.

    Args:
        order: ``command``, ``folder``, ``environment``, ``readable``, ``writable``, ``memory``,
            ``seconds`` and ``file_bytes``.
    """
    from workbench.sandbox import _kernel, _namespaces

    separate = _namespaces.enter()
    if separate:
        _wait_for(os.fork())  # the next is the first of its namespace, and no signal ends that
        _wait_for(os.fork())
    os.chdir(order["folder"])
    _limit(order)
    _kernel.drop_capabilities()
    _kernel.refuse_new_privileges()
    _kernel.die_with_parent(signal.SIGKILL)
    _confine(order, separate)
    os.execve(order["command"][0], order["command"], order["environment"])


def _wait_for(child: int) -> None:
    """Wait for a child and end as it ended, or with the host; the child itself goes on."""
    from workbench.sandbox import _kernel

    if child:
        _kernel.die_with_parent(signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)


def _confine(order: dict[str, Any], separate: bool) -> None:
    from workbench.sandbox import _landlock, _seccomp

    readable, writable = [*_READABLE, *order["readable"]], [*_WRITABLE, *order["writable"]]
    _landlock.restrict(readable, writable, execute=True)
    contained = separate or _landlock.version() >= 6
    _seccomp.install(processes=True, own_pid=None if contained else os.getpid(), attributes=True)


def _limit(order: dict[str, Any]) -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, order["file_bytes"]),
        (resource.RLIMIT_DATA, order["memory"]),
        (resource.RLIMIT_CPU, order["seconds"]),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    _load_own_package()
    try:
        main(json.loads(sys.argv[1]))
    except OSError as problem:
        print(f"the process could not be confined: {problem}", file=sys.stderr)
        os._exit(_BROKEN)
