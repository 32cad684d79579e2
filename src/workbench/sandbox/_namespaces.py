"""Namespaces: a worker with its own view of processes, network, mounts and shared memory.

As root they are entered directly, which keeps every file readable that root may read. Anybody else
enters a user namespace first; where that is forbidden (most containers, some desktops) there are
none, and the other means have to do.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from workbench.sandbox import _kernel

_NEW_MOUNTS, _NEW_HOST_NAME, _NEW_SHARED_MEMORY = 0x20000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_WANTED = _NEW_PROCESSES | _NEW_NETWORK | _NEW_SHARED_MEMORY | _NEW_HOST_NAME

_NO_SETUID, _NO_DEVICES, _NO_EXECUTION = 2, 4, 8
_RECURSIVE, _PRIVATE = 0x4000, 0x40000
_FILES_IN_SCRATCH = 65536
_SHARED_MEMORY = "/dev/shm"


def enter() -> bool:
    """Leave the namespaces of the host; the next process that is forked is the first of its own.

    The mounts stay, because this process still has to tidy up on the host's.

    Returns:
        Whether it was allowed.
    """
    if not _kernel.SUPPORTED:
        return False
    user, group = os.geteuid(), os.getegid()
    try:
        _kernel.unshare(_WANTED)
    except OSError:
        try:
            _kernel.unshare(_WANTED | _NEW_USER)
            _keep_identity(user, group)
        except OSError:
            return False
    return True


def _keep_identity(user: int, group: int) -> None:
    """Map this user onto itself, so that its files stay its own inside the user namespace."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def freeze_mounts(scratch: str) -> bool:
    """Make all that is mounted read-only but for a fresh, small file system at one folder.

    Runs in the first process of fresh namespaces, whose children inherit it.

    Args:
        scratch: An existing, empty folder.

    Returns:
        Whether it was allowed.
    """
    try:
        _kernel.unshare(_NEW_MOUNTS)
        _kernel.mount("none", "/", "none", _RECURSIVE | _PRIVATE)
        _kernel.make_read_only("/")
        _mount_memory(scratch, 64 * 2**20)
    except OSError:
        return False
    # Containers cover parts of /proc and then forbid a fresh one; the old one serves as well.
    with suppress(OSError):
        _kernel.mount("proc", "/proc", "proc", _NO_SETUID | _NO_DEVICES | _NO_EXECUTION)
    return True


def own_scratch(scratch: str, size: int) -> None:
    """Give this process file systems of its own, which vanish with it.

    Args:
        scratch: The folder where the first is mounted; the second takes the place of shared memory.
        size: The most bytes that each may hold.

    Raises:
        OSError: The kernel refused.
    """
    _kernel.unshare(_NEW_MOUNTS | _NEW_SHARED_MEMORY)
    _mount_memory(scratch, size)
    if os.path.isdir(_SHARED_MEMORY):
        _mount_memory(_SHARED_MEMORY, size)


def _mount_memory(folder: str, size: int) -> None:
    options = f"size={size},nr_inodes={_FILES_IN_SCRATCH},mode=0700"
    _kernel.mount("tmpfs", folder, "tmpfs", _NO_SETUID | _NO_DEVICES, options)
