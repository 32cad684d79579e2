"""The warm process dies, or its host does: nothing survives, and work goes on."""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from machines import NO_NAMESPACES, poorer_python, processes_with

from workbench.errors import CandidateLost, UsageError, WorkbenchError
from workbench.sandbox import Limits, Worker

HERE = Path(__file__).parent
SOURCE = str(HERE.parents[1] / "src")

HOST = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
sys.path.insert(0, {source!r})
from workbench.sandbox import Limits, Worker
mark = sys.argv[1]
worker = Worker("stand_ins.plain", limits=Limits(processes=8), python={python!r},
                roots=[{here!r}, "/" + mark])
hang = '''
import os, signal, time
def run():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    for _ in range(3):
        if os.fork() == 0:
            while True: time.sleep(1)
    print('hanging', flush=True)
    while True: time.sleep(1)
'''
candidate = worker.candidate(dict(draft=hang))
print("ready", worker._zygote.scratch, flush=True)
candidate.ask("call", dict(module="draft"), seconds=600)
"""


def wait_until_gone(mark: str, seconds: float = 10) -> set[int]:
    """Return the processes with the mark that are still there when the time is up."""
    deadline = time.monotonic() + seconds
    while (left := processes_with(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def end_when_busy(host: subprocess.Popen[bytes], mark: str, number: int, count: int = 7) -> str:
    """Signal the host once its candidate and the candidate's children run; return its scratch."""
    assert host.stdout is not None
    with host.stdout:
        ready, _, _ = select.select([host.stdout], [], [], 60)
        word, scratch = host.stdout.readline().decode().split() if ready else ("late", "")
    assert word == "ready"
    deadline = time.monotonic() + 20
    while len(processes_with(mark)) < count and time.monotonic() < deadline:
        time.sleep(0.02)  # host, starter, zygote, candidate and its three children
    assert len(processes_with(mark)) == count
    host.send_signal(number)
    host.wait(timeout=20)
    return scratch


@pytest.mark.parametrize("rules", [(), (NO_NAMESPACES,)], ids=["all means", "without namespaces"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_survives_the_host(tmp_path: Path, rules: tuple[str, ...], number: int) -> None:
    mark = f"mark-{secrets.token_hex(8)}"
    python = poorer_python(tmp_path, *rules) if rules else sys.executable
    script = HOST.format(source=SOURCE, here=str(HERE), python=python)
    host = subprocess.Popen(
        [sys.executable, "-c", script, mark], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        scratch = end_when_busy(host, mark, number)
    finally:
        host.kill()
        host.wait()
    left = wait_until_gone(mark)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == set()
    assert not Path(scratch).exists()


def test_a_fork_of_the_host_does_not_keep_the_worker_alive() -> None:
    mark = f"mark-{secrets.token_hex(8)}"
    forked = HOST.replace('print("ready"', 'if os.fork() == 0: time.sleep(60)\nprint("ready"')
    script = forked.format(source=SOURCE, here=str(HERE), python=sys.executable)
    host = subprocess.Popen(
        [sys.executable, "-c", script, mark], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        end_when_busy(host, mark, signal.SIGKILL, count=8)  # one more: the fork
        deadline = time.monotonic() + 10
        while len(processes_with(mark)) > 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(processes_with(mark)) == 1, "only the fork, which nobody ends, was to stay"
    finally:
        for process in processes_with(mark):
            os.kill(process, signal.SIGKILL)
        host.wait()


def test_descendants_die_with_their_candidate() -> None:
    source = (
        "import os, signal, time\n"
        "def run():\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "    if os.fork() == 0:\n"
        "        if os.fork() == 0:\n"  # a double fork, as a daemon does it
        "            try: os.setsid()\n"
        "            except OSError: pass\n"
        "            while True: time.sleep(1)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    mark = f"mark-{secrets.token_hex(8)}"
    with Worker("stand_ins.plain", limits=Limits(processes=4), roots=[HERE, f"/{mark}"]) as worker:
        worker.start()
        warm = processes_with(mark)
        with worker.candidate({"draft": source}) as candidate:
            candidate.ask("call", {"module": "draft"})
            started = processes_with(mark) - warm
            assert len(started) == 2, "the candidate or its daemon did not even start"
        assert processes_with(mark) == warm, "what the candidate started was to die with it"
    assert wait_until_gone(mark) == set()


def test_a_bomb_of_allowed_processes_is_bounded_and_swept_away() -> None:
    source = (
        "import os, time\n"
        "def run():\n"
        "    while True:\n"
        "        try:\n"
        "            os.fork()\n"
        "        except OSError:\n"
        "            pass\n"
    )
    mark = f"mark-{secrets.token_hex(8)}"
    limits = Limits(processes=6, threads=2)
    with Worker("stand_ins.plain", limits=limits, roots=[HERE, f"/{mark}"]) as worker:
        worker.start()
        most = 0
        with worker.candidate({"draft": source}) as candidate:
            with pytest.raises(CandidateLost) as caught:
                candidate.ask("call", {"module": "draft"}, seconds=0.5)
            most = max(most, len(processes_with(mark)))
        assert caught.value.reason == "time"
        assert most <= 2 + limits.processes + limits.threads
        with worker.candidate({}) as candidate:
            assert candidate.ask("echo", {"good": "as new"}) == {"good": "as new"}
        assert len(processes_with(mark)) == 2


def test_allowed_processes_work() -> None:
    source = (
        "import multiprocessing, os, subprocess, sys\n"
        "def square(x): return x * x\n"
        "def run():\n"
        "    squares = [0, 1, 4, 9]\n"
        "    if os.path.ismount('.'):  # semaphores need a shared memory of its own\n"
        "        with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "            squares = pool.map(square, range(4))\n"
        "    words = subprocess.run([sys.executable, '-c', 'print(1 + 1)'],\n"
        "                           capture_output=True, text=True, check=True).stdout\n"
        "    return [squares, words]\n"
    )
    with (
        Worker("stand_ins.plain", limits=Limits(processes=8), roots=[HERE]) as worker,
        worker.candidate({"draft": source}) as candidate,
    ):
        answer = candidate.ask("call", {"module": "draft"})
    assert answer == {"value": [[0, 1, 4, 9], "2\n"]}


@pytest.mark.parametrize("rules", [(), (NO_NAMESPACES,)], ids=["all means", "without namespaces"])
def test_a_killed_worker_takes_its_candidates_along_and_is_replaced(
    tmp_path: Path, rules: tuple[str, ...]
) -> None:
    python = poorer_python(tmp_path, *rules) if rules else None
    mark = f"mark-{secrets.token_hex(8)}"
    with Worker("stand_ins.plain", roots=[HERE, f"/{mark}"], python=python) as worker:
        candidate = worker.candidate({"draft": "import time\ndef run(): time.sleep(60)\n"})
        first = worker._zygote
        assert first is not None
        first._kill()
        assert wait_until_gone(mark) == set()
        with pytest.raises(CandidateLost) as caught:
            candidate.ask("call", {"module": "draft"})
        assert caught.value.reason == "signal"
        with worker.candidate({"draft": "def run(): return 2\n"}) as next_one:
            assert next_one.ask("call", {"module": "draft"}) == {"value": 2}
        assert worker._zygote is not first


def test_a_closed_worker_leaves_nothing_and_starts_again() -> None:
    mark = f"mark-{secrets.token_hex(8)}"
    worker = Worker("stand_ins.plain", roots=[HERE, f"/{mark}"])
    for _ in range(2):
        with worker.candidate({}) as candidate:
            assert candidate.ask("echo", {"n": 1}) == {"n": 1}
        assert worker._zygote is not None
        scratch = Path(worker._zygote.scratch)
        assert scratch.exists()
        worker.close()
        assert processes_with(mark) == set()
        assert not scratch.exists()


def test_a_fork_of_the_host_that_closes_the_worker_only_lets_go() -> None:
    with Worker("stand_ins.plain", roots=[HERE]) as worker, worker.candidate({}) as candidate:
        child = os.fork()
        if child == 0:
            worker.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert worker._zygote is not None
        assert Path(worker._zygote.scratch).exists()
        assert candidate.ask("echo", {"still": "there"}) == {"still": "there"}


def test_a_framework_that_is_not_there_is_named() -> None:
    with (
        Worker("stand_ins.no_such_one", roots=[HERE]) as worker,
        pytest.raises(WorkbenchError, match=r"'stand_ins.no_such_one' did not start: Module"),
    ):
        worker.start()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import threading; threading.Thread(target=lambda: __import__('time').sleep(60), "
            "daemon=True).start()",
            "runs 2 threads after warming up",
        ),
        ("import os; os._exit(3)", "did not start: it ended"),
        ("raise SystemExit('no more')", "SystemExit: no more"),
        ("import ctypes; print(1, file=__import__('sys').stderr); ctypes.string_at(0)", "ended"),
    ],
)
def test_a_framework_that_cannot_serve_is_refused(tmp_path: Path, source: str, words: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "framework.py").write_text(source)
    with (
        Worker("odd.framework", roots=[tmp_path]) as worker,
        pytest.raises(WorkbenchError, match=words),
    ):
        worker.start()


def test_a_framework_that_never_starts_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "framework.py").write_text("while True: pass\n")
    mark = f"mark-{secrets.token_hex(8)}"
    limits = Limits(start_seconds=1)
    worker = Worker("odd.framework", roots=[tmp_path, f"/{mark}"], limits=limits)
    with pytest.raises(WorkbenchError, match="did not answer in time"):
        worker.start()
    assert wait_until_gone(mark) == set()


def test_an_interpreter_that_is_not_there_is_named() -> None:
    with pytest.raises(WorkbenchError, match="interpreter '/usr/bin/no-such-python' cannot be run"):
        Worker("stand_ins.plain", python="/usr/bin/no-such-python").start()


POISON = """
import json, os
def run():
    before = getattr(json, "poison", "none"), os.environ.get("POISON", "none"), os.getpid()
    json.poison = os.environ["POISON"] = "there"
    return list(before)
"""


def test_the_candidate_that_waits_is_as_good_as_new() -> None:
    pids = set()
    with Worker("stand_ins.plain", roots=[HERE], spare=True) as worker:
        for _ in range(4):
            candidate = worker.candidate({"draft": POISON})
            loaded, set_to, pid = candidate.ask("call", {"module": "draft"})["value"]  # type: ignore[misc]
            assert (loaded, set_to) == ("none", "none")
            pids.add(pid)
            candidate.dismiss()
            with pytest.raises(UsageError, match="was closed"):
                candidate.ask("call", {"module": "draft"})
            candidate.dismiss()
            candidate.close()
        assert len(pids) == 4


def test_one_that_has_died_while_it_waited_is_replaced() -> None:
    with Worker("stand_ins.plain", roots=[HERE], spare=True) as worker:
        worker.candidate({}).dismiss()
        zygote = worker._zygote
        assert zygote is not None
        zygote._settle()  # its process id comes later
        zygote.end(zygote._waiting[0].pid, 0.0)
        with worker.candidate({"draft": POISON}) as candidate:
            assert candidate.ask("call", {"module": "draft"})
        assert worker._zygote is zygote


def test_nobody_waits_when_the_worker_has_ended() -> None:
    mark = f"mark-{secrets.token_hex(8)}"
    worker = Worker("stand_ins.plain", roots=[HERE, Path("/") / mark], spare=True)
    worker.candidate({}).dismiss()
    assert processes_with(mark)
    worker.close()
    assert not wait_until_gone(mark)
