"""Landlock: the kernel refuses every file, TCP port, signal and socket outside what is listed.

Covered: contents of files and folders, for reading, writing, making, removing and executing; TCP
from version 4 on; abstract unix sockets and signals to processes outside from version 6 on.
Not covered: a file's existence, size and mode can still be asked for.

Source: the kernel's ``Documentation/userspace-api/landlock.rst``.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from workbench.sandbox import _kernel

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MOVE_BETWEEN_FOLDERS, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_FIRST_VERSION = (1 << 13) - 1
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_READ = _READ_FILE | _READ_DIR
_TCP_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scope")]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """Return the version of Landlock that this kernel offers, 0 where there is none."""
    try:
        return _kernel.system_call(_CREATE, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def _handled(offered: int) -> _Ruleset:
    files = _FIRST_VERSION
    files |= _MOVE_BETWEEN_FOLDERS if offered >= 2 else 0
    files |= _TRUNCATE if offered >= 3 else 0
    files |= _DEVICE_CONTROL if offered >= 5 else 0
    return _Ruleset(
        files,
        _TCP_BIND_AND_CONNECT if offered >= 4 else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if offered >= 6 else 0,
    )


def restrict(readable: Iterable[str], writable: Iterable[str], *, execute: bool) -> None:
    """Confine this process and all that it will start, for ever.

    Args:
        readable: Files and folders (with all below them) that may be read.
        writable: Files and folders that may be read and written.
        execute: Whether programs among the readable files may be run.

    Raises:
        OSError: The kernel refused.
    """
    offered = version()
    handled = _handled(offered)
    size = 8 if offered < 4 else 16 if offered < 6 else 24  # what each version's kernel knows
    ruleset = _kernel.system_call(_CREATE, ctypes.byref(handled), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ | (_EXECUTE if execute else 0), handled.files)
        for path in writable:
            _allow(ruleset, path, handled.files & ~_EXECUTE, handled.files)
        _kernel.system_call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int, handled: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
        allowed = rights & handled & (-1 if is_folder else _FILE_ONLY)
        rule = _PathRule(allowed, opened)
        _kernel.system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
