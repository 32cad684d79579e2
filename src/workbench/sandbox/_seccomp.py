"""A system call filter: what code under check has no business to ask the kernel for is refused.

Refused: making sockets (all but socket pairs), looking into other processes, mounts and namespaces,
changing user, leaving the process group (so that one signal reaches every descendant), shared
memory that outlives its maker, kernel keys, tracing, io_uring, and system calls newer than this
list. Processes can be refused too, while threads stay possible. A call made through another
architecture's numbers ends the process, because the list would not apply to it.
"""

from __future__ import annotations

import ctypes
import errno
from typing import NamedTuple

from workbench.sandbox import _kernel

_NAMES = """
socket 41 198, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242,
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440,
kcmp 312 272, pidfd_open 434 434, pidfd_getfd 438 438, pidfd_send_signal 424 424,
process_mrelease 448 448, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51,
mount_setattr 442 442, move_mount 429 429, open_tree 428 428, fsopen 430 430, fsconfig 431 431,
fsmount 432 432, fspick 433 433, setns 308 268, unshare 272 97, keyctl 250 219, add_key 248 217,
request_key 249 218, bpf 321 280, perf_event_open 298 241, io_uring_setup 425 425,
io_uring_enter 426 426, io_uring_register 427 427, userfaultfd 323 282, init_module 175 105,
finit_module 313 273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294,
reboot 169 142, swapon 167 224, swapoff 168 225, sethostname 170 161, setdomainname 171 162,
iopl 172 -, ioperm 173 -, modify_ldt 154 -, acct 163 89, quotactl 179 60, quotactl_fd 443 443,
syslog 103 116, settimeofday 164 170, clock_settime 227 112, adjtimex 159 171,
clock_adjtime 305 266, setuid 105 146, setgid 106 144, setreuid 113 145, setregid 114 143,
setresuid 117 147, setresgid 119 149, setfsuid 122 151, setfsgid 123 152, setgroups 116 159,
capset 126 91, setsid 112 157, setpgid 109 154, shmget 29 194, shmat 30 196, semget 64 190,
msgget 68 186, mq_open 240 180, memfd_create 319 279, memfd_secret 447 447,
name_to_handle_at 303 264, open_by_handle_at 304 265, fanotify_init 300 262, vhangup 153 58,
lookup_dcookie 212 18, nfsservctl 180 42, move_pages 279 239, migrate_pages 256 238,
setpriority 141 140, ioprio_set 251 30, sched_setscheduler 144 119, sched_setattr 314 274,
sched_setparam 142 118, sched_setaffinity 203 122, clone3 435 435, fork 57 -, vfork 58 -,
clone 56 220, execve 59 221,
execveat 322 281, socketpair 53 199, prctl 157 167, prlimit64 302 261, ioctl 16 29, fcntl 72 25,
kill 62 129, tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55,
lchown 94 -, fchownat 260 54, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88,
setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15,
fremovexattr 199 16, landlock_create_ruleset 444 444
"""
_NEWEST_KNOWN = 462
_MISSING = {"clone3", "memfd_create", "memfd_secret", "io_uring_setup"}  # callers have another way
_START = {"fork", "vfork"}
_RUN = {"execve", "execveat"}
_SIGNAL = {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"}
_ATTRIBUTES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr"),
    *("removexattr", "lremovexattr", "fremovexattr"),
)
_BY_ARGUMENT = {"clone", "socketpair", "prctl", "prlimit64", "ioctl", "fcntl", "sched_setaffinity"}

_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_THREAD = 0x10000
_UNIX = 1
_SET_DEATH_SIGNAL = 1
_TERMINAL_INPUT, _TERMINAL_LINUX, _OWNER_OF_FILE, _OWNER_OF_SOCKET = 0x5412, 0x541C, 0x8901, 0x8902
_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX = 8, 10, 15

_LOAD, _EQUAL, _GREATER, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_ALLOW, _END_PROCESS, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16
_AUDIT = {"x86_64": 0xC000003E, "arm64": 0xC00000B7}
_X32_BIT = 0x40000000


class Condition(NamedTuple):
    """When a call is refused, by one of its arguments.

    Args:
        argument: Which argument, from 0; its low 32 bits are looked at.
        test: ``equal``, ``differs``, ``has`` (any of these bits) or ``lacks`` (all of them).
        value: What it is compared with.
    """

    argument: int
    test: str
    value: int


Step = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


class _Step(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


def available() -> bool:
    """Tell whether filters can be installed here; asks the kernel and changes nothing."""
    if not _kernel.SUPPORTED:
        return False
    try:
        _kernel.control(22, 2, 0)  # PR_SET_SECCOMP without a program: EFAULT where it is known
    except OSError as refusal:
        return refusal.errno == errno.EFAULT
    return False


def install(*, processes: bool, own_pid: int | None, attributes: bool) -> None:
    """Filter the system calls of this process and of all that it will start, for ever.

    Args:
        processes: Whether it may start processes.
        own_pid: The only process that it may send signals to; None where something else sees to it.
        attributes: Whether it may change modes, owners and times of files.

    Raises:
        OSError: The kernel refused.
    """
    refuse([*_rules(processes=processes, own_pid=own_pid, attributes=attributes)])


def forbid_processes(own_pid: int) -> None:
    """Refuse this process what `install` allowed its parent: new processes, signals to others.

    Args:
        own_pid: The only process that it may send signals to.

    Raises:
        OSError: The kernel refused.
    """
    refuse([*_processes(), *_signals(own_pid)])


Rule = tuple[str, int, Condition | None]


def _rules(*, processes: bool, own_pid: int | None, attributes: bool) -> list[Rule]:
    special = _START | _RUN | _SIGNAL | set(_ATTRIBUTES) | _BY_ARGUMENT
    rules: list[Rule] = [
        (name, errno.ENOSYS if name in _MISSING else errno.EPERM, None)
        for name in _numbers()
        if name not in special
    ]
    rules += [
        ("clone", errno.EPERM, Condition(0, "has", _NEW_NAMESPACES)),
        ("socketpair", errno.EPERM, Condition(0, "differs", _UNIX)),
        ("prctl", errno.EPERM, Condition(0, "equal", _SET_DEATH_SIGNAL)),
        ("prlimit64", errno.EPERM, Condition(0, "differs", 0)),
        ("sched_setaffinity", errno.EPERM, Condition(0, "differs", 0)),
    ]
    for command in (_TERMINAL_INPUT, _TERMINAL_LINUX, _OWNER_OF_FILE, _OWNER_OF_SOCKET):
        rules.append(("ioctl", errno.EPERM, Condition(1, "equal", command)))
    for command in (_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX):
        rules.append(("fcntl", errno.EPERM, Condition(1, "equal", command)))
    if not processes:
        rules += _processes()
    if own_pid is not None:
        rules += _signals(own_pid)
    if not attributes:
        rules += [(name, errno.EPERM, None) for name in _ATTRIBUTES]
    return rules


def _processes() -> list[Rule]:
    rules: list[Rule] = [(name, errno.EAGAIN, None) for name in sorted(_START)]
    rules += [(name, errno.EPERM, None) for name in sorted(_RUN)]
    return [*rules, ("clone", errno.EAGAIN, Condition(0, "lacks", _THREAD))]


def _signals(own_pid: int) -> list[Rule]:
    others = Condition(0, "differs", own_pid)
    rules: list[Rule] = [(name, errno.EPERM, others) for name in sorted(_SIGNAL - {"tkill"})]
    return [("tkill", errno.EPERM, None), *rules]


def _numbers() -> dict[str, int]:
    column = 1 if _kernel.ARCHITECTURE == "x86_64" else 2
    lines = [entry.split() for entry in _NAMES.replace("\n", " ").split(",")]
    return {line[0]: int(line[column]) for line in lines if line[column] != "-"}


def refuse(rules: list[Rule]) -> None:
    """Install a filter made of these rules; a privilege that was given up must come before it.

    Args:
        rules: System call, error number, and the condition on an argument where there is one.

    Raises:
        OSError: The kernel refused.
    """
    steps = _compile(rules)
    array = (_Step * len(steps))(*(_Step(*step) for step in steps))
    program = _Program(len(steps), ctypes.cast(array, ctypes.c_void_p).value)
    _kernel.control(22, 2, ctypes.byref(program))


def _compile(rules: list[Rule]) -> list[Step]:
    numbers = _numbers()
    steps: list[Step] = [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT[_kernel.ARCHITECTURE or "x86_64"]),
        (_RETURN, 0, 0, _END_PROCESS),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_AT_LEAST, 1, 0, _X32_BIT),
        (_GREATER, 0, 1, _NEWEST_KNOWN),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]
    for name, error, condition in rules:
        if name not in numbers:
            continue  # this architecture never had it
        steps += _refusal(numbers[name], error, condition)
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _refusal(number: int, error: int, condition: Condition | None) -> list[Step]:
    end = (_RETURN, 0, 0, _ERROR | error)
    if condition is None:
        return [(_EQUAL, 0, 1, number), end]
    code = _EQUAL if condition.test in ("equal", "differs") else _BITS
    skip = (0, 1) if condition.test in ("equal", "has") else (1, 0)
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * condition.argument),
        (code, *skip, condition.value),
        end,
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
