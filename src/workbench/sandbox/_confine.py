"""Confines the calling process, step by step, as far as this kernel allows.

The order matters: mounts need privileges, privileges are dropped next, and the system call filter
comes last because it would refuse the steps before it. A step that was found to work when the
worker started must work here too; where it does not, the candidate is not run at all.
"""

from __future__ import annotations

import os
import resource
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.sandbox import _kernel, _landlock, _namespaces, _seccomp
from workbench.sandbox._limits import Limits

_SIGNALS_SCOPED = 6  # the version of Landlock that keeps signals inside
_SYSTEM_READABLE = (
    *("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory"),
    *("/sys/devices/system", "/dev/zero", "/dev/urandom", "/dev/random"),
)
ADDRESS_SLACK = 2**30  # reserved, never filled: stacks of threads, libraries loaded late
_LOWEST_FREE_USER, _FREE_USERS = 0x70000000, 0x0FFFFFFF


@dataclass(frozen=True, kw_only=True)
class Means:
    """What this machine offers to confine a process with.

    Args:
        namespaces: The worker has its own processes and network.
        mounts: The worker sees every file system read-only.
        landlock: The version of Landlock, 0 where there is none.
        seccomp: System calls can be filtered.
    """

    namespaces: bool = False
    mounts: bool = False
    landlock: int = 0
    seccomp: bool = False


def offered(*, namespaces: bool, mounts: bool) -> Means:
    """Ask the kernel what it offers beyond the namespaces that were entered already."""
    if not _kernel.SUPPORTED:
        return Means()
    return Means(
        namespaces=namespaces,
        mounts=mounts,
        landlock=_landlock.version(),
        seccomp=_seccomp.available(),
    )


def confine(means: Means, limits: Limits, *, scratch: str, search_path: Sequence[str]) -> None:
    """Confine this process and all that it will start, for ever.

    Args:
        means: What this machine offers.
        limits: What the process may use.
        scratch: The one folder that it may write to.
        search_path: Folders of the target that it may read.

    Raises:
        OSError: A step failed that had worked when the worker started.
    """
    if means.mounts:
        _namespaces.own_scratch(scratch, limits.file_bytes)
    os.chdir(scratch)
    _volunteer_for_memory_shortage()
    if not _kernel.SUPPORTED:
        _limit_resources(limits)
        return
    _leave_root_user()
    _limit_resources(limits)
    _kernel.drop_capabilities()
    _kernel.refuse_new_privileges()
    _kernel.die_with_parent(signal.SIGKILL)
    if means.landlock:
        readable = [*_SYSTEM_READABLE, *python_folders(), *search_path]
        writable = [scratch, "/dev/null"] + (["/dev/shm"] if means.mounts else [])
        _landlock.restrict(readable, writable, execute=limits.processes > 0)
    if means.seccomp:
        free = limits.processes > 0 and means.landlock >= _SIGNALS_SCOPED
        _seccomp.install(
            processes=limits.processes > 0,
            own_pid=None if free else os.getpid(),
            attributes=means.mounts,
        )


def python_folders() -> list[str]:
    """List the folders that this interpreter and its packages are read from."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes.discard("/")
    own = str(Path(__file__).resolve().parents[1])
    listed = prefixes | {path for path in sys.path if path} | {own}
    return sorted(listed | {os.path.realpath(path) for path in listed})


def _volunteer_for_memory_shortage() -> None:
    """When the whole machine runs out of memory, this process goes before the host does."""
    with suppress(OSError):  # a courtesy, not a guarantee
        Path("/proc/self/oom_score_adj").write_text("1000")


def _leave_root_user() -> None:
    """Take a real user of its own where this process is root.

    The limit on processes does not bind the root user, and it counts by the *real* user. The
    effective user stays root, without any capability, because files of root must stay readable.
    """
    if os.geteuid() != 0:
        return
    user = _LOWEST_FREE_USER + secrets.randbelow(_FREE_USERS)
    with suppress(OSError):  # root of a container, perhaps; the self-test tells what that costs
        os.setgroups([])
        os.setresuid(user, 0, 0)


def _limit_resources(limits: Limits) -> None:
    wanted = {
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
    }
    if sys.platform == "linux":
        pages = [int(text) for text in Path("/proc/self/statm").read_text().split()]
        held, data = (count * resource.getpagesize() for count in (pages[0], pages[5]))
        wanted["RLIMIT_DATA"] = data + limits.memory_bytes
        # Shared mappings are no "data": only the address space bounds them.
        wanted["RLIMIT_AS"] = held + limits.memory_bytes + ADDRESS_SLACK
        wanted["RLIMIT_NPROC"] = limits.processes + limits.threads
    for name, value in wanted.items():
        if hasattr(resource, name):
            _lower(getattr(resource, name), value)
    # The first signal says why, the second cannot be ignored.
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, grace=1)


def _lower(kind: int, value: int, grace: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY:
        hard = value + grace
    resource.setrlimit(kind, (min(value, hard), min(value + grace, hard)))
