"""The few system calls that Python does not offer, by ctypes; Linux only, on x86-64 and arm64.

Every function raises OSError with the kernel's own error where the kernel says no.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_READ_ONLY, _MOUNT_NO_SETUID = 1, 2

ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())
"""``"x86_64"``, ``"arm64"`` or None: the machines whose system call numbers are known here."""

SUPPORTED = sys.platform == "linux" and ARCHITECTURE is not None and sys.maxsize > 2**32

_libc = ctypes.CDLL(None, use_errno=True) if SUPPORTED else None


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _libc_or_raise() -> ctypes.CDLL:
    if _libc is None:
        raise OSError(f"no confinement is known for {sys.platform} on {platform.machine()}")
    return _libc


def system_call(number: int, *arguments: object) -> int:
    """Make a system call by its number.

    Args:
        number: The number, on this machine's architecture.
        arguments: Integers or ctypes pointers.

    Returns:
        What the kernel returned.
    """
    padded = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    result = _libc_or_raise().syscall(ctypes.c_long(number), *padded)
    return _checked(result, f"system call {number}")


def control(option: int, *arguments: object) -> int:
    """Call prctl.

    Args:
        option: The operation's number.
        arguments: Its arguments, integers or ctypes pointers; missing ones are 0.

    Returns:
        What the kernel returned.
    """
    given = [ctypes.c_ulong(item) if isinstance(item, int) else item for item in arguments]
    padded = [*given, *[ctypes.c_ulong(0)] * (4 - len(given))]
    return _checked(_libc_or_raise().prctl(option, *padded), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by the flags and enter fresh ones."""
    _checked(_libc_or_raise().unshare(flags), "unshare")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system."""
    words = [text.encode() for text in (source, target, kind)]
    result = _libc_or_raise().mount(*words, ctypes.c_ulong(flags), options.encode())
    _checked(result, f"mount {kind} on {target}")


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user")]


def make_read_only(path: str) -> None:
    """Make everything mounted at a path and below it read-only, in this mount namespace."""
    wanted = _MountAttributes(_MOUNT_READ_ONLY | _MOUNT_NO_SETUID, 0, 0, 0)
    system_call(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(path.encode()),
        _AT_RECURSIVE,
        ctypes.byref(wanted),
        ctypes.sizeof(wanted),
    )


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent ends.

    A change of user or capabilities clears this, so it comes after them.
    """
    control(_PR_SET_PDEATHSIG, signal_number)


def adopt_orphans() -> None:
    """Make this process the parent of all descendants whose own parent ends."""
    control(_PR_SET_CHILD_SUBREAPER, 1)


def refuse_new_privileges() -> None:
    """Give up for ever that running a program could add privileges."""
    control(_PR_SET_NO_NEW_PRIVS, 1)


class _CapabilityHead(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def drop_capabilities() -> None:
    """Give up every capability, and the way to get one back."""
    control(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(_LAST_CAPABILITY + 1):
        try:
            control(_PR_CAPBSET_DROP, number)
        except OSError:
            break  # not allowed, or past the last one that this kernel knows
    head = _CapabilityHead(_CAPABILITY_VERSION_3, 0)
    empty = (ctypes.c_uint32 * 6)()
    _checked(_libc_or_raise().capset(ctypes.byref(head), empty), "capset")
