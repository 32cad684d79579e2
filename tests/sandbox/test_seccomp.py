"""The filter alone, in a process that nothing else confines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.sandbox import _seccomp

pytestmark = pytest.mark.skipif(not _seccomp.available(), reason="this kernel has no filters")
SOURCE = str(Path(__file__).parents[2] / "src")

FILTERED = """
import json, os, resource, signal, socket, sys, tempfile, threading
sys.path.insert(0, {source!r})
from workbench.sandbox import _kernel, _seccomp
there, _ = tempfile.mkstemp()
_kernel.refuse_new_privileges()
_seccomp.install(**{options})
def attempt(act):
    try:
        act()
        return "done"
    except OSError as error:
        return type(error).__name__
def start():
    if os.fork() == 0:
        os._exit(0)
    os.wait()
def thread():
    one = threading.Thread(target=int)
    one.start()
    one.join()
print(json.dumps(dict(
    fork=attempt(start),
    thread=attempt(thread),
    mode=attempt(lambda: os.fchmod(there, 0o600)),
    parent=attempt(lambda: os.kill(os.getppid(), 0)),
    self=attempt(lambda: os.kill(os.getpid(), 0)),
    limit=attempt(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)),
    core=attempt(lambda: os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0))),
    own_core=attempt(lambda: os.sched_setaffinity(0, os.sched_getaffinity(0))),
    own_limit=attempt(lambda: resource.getrlimit(resource.RLIMIT_NOFILE)),
    internet=attempt(lambda: socket.socket(socket.AF_INET)),
    pair=attempt(lambda: socket.socketpair()),
    group=attempt(lambda: os.setpgid(0, 0)),
)))
"""


def outcomes(options: str) -> dict[str, str]:
    script = FILTERED.format(source=SOURCE, options=options)
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return dict(json.loads(found.stdout))


def test_the_strictest_filter() -> None:
    assert outcomes("dict(processes=False, own_pid=os.getpid(), attributes=False)") == {
        "fork": "BlockingIOError",
        "thread": "done",
        "mode": "PermissionError",
        "parent": "PermissionError",
        "self": "done",
        "limit": "PermissionError",
        "core": "PermissionError",
        "own_core": "done",
        "own_limit": "done",
        "internet": "PermissionError",
        "pair": "done",
        "group": "PermissionError",
    }


def test_the_loosest_filter_still_refuses_what_nothing_else_would() -> None:
    assert outcomes("dict(processes=True, own_pid=None, attributes=True)") == {
        "fork": "done",
        "thread": "done",
        "mode": "done",
        "parent": "done",
        "self": "done",
        "limit": "PermissionError",
        "core": "PermissionError",
        "own_core": "done",
        "own_limit": "done",
        "internet": "PermissionError",
        "pair": "done",
        "group": "PermissionError",
    }


def test_numbers_agree_with_the_systems_headers() -> None:
    headers = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if _seccomp._kernel.ARCHITECTURE != "x86_64" or not headers.exists():
        pytest.skip("no kernel headers for this architecture are installed here")
    words = [line.split() for line in headers.read_text().splitlines() if "__NR_" in line]
    known = {line[1].removeprefix("__NR_"): int(line[2]) for line in words if len(line) == 3}
    ours = _seccomp._numbers()
    assert {name: known[name] for name in ours if name in known} == {
        name: number for name, number in ours.items() if name in known
    }
