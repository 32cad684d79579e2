"""How a candidate can end, and what it can send: each loss has its reason, and no other effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import CandidateLost, CandidateRaised, UsageError
from workbench.sandbox import Candidate, Limits, Worker
from workbench.sandbox._confine import python_folders

Run = Callable[..., object]
Draft = Callable[..., Candidate]

SEND = """
import json, os, struct, sys

def current():
    at = sys._getframe()
    while not isinstance(at.f_locals.get("frame"), dict):
        at = at.f_back
    return at.f_locals["frame"]["nonce"]

def send(header, payload=b"", size=None, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    head = struct.pack("<4sIQ", b"WBF1", length or len(text), size or len(payload))
    os.write(3, head + text + payload)
"""


def lost(run: Run, source: str, *given: object, seconds: float | None = None) -> CandidateLost:
    """Run a draft that must end its candidate, and return how it was lost, in bounded time."""
    start = time.monotonic()
    with pytest.raises(CandidateLost) as caught:
        run(source, *given, seconds=seconds)
    assert time.monotonic() - start < (seconds or 5) + 15
    return caught.value


# Ends


@pytest.mark.parametrize("code", [0, 3])
def test_an_exit_is_no_answer(run: Run, code: int) -> None:
    loss = lost(run, f"import os\ndef run(): os._exit({code})\n")
    assert (loss.reason, f"exit code {code}" in str(loss)) == ("exited", True)


def test_an_exit_while_it_is_imported_is_no_answer(run: Run) -> None:
    assert lost(run, "import os\nos._exit(0)\n").reason == "exited"


def test_an_exit_in_a_thread_is_no_answer(run: Run) -> None:
    source = (
        "import os, threading, time\n"
        "def run():\n"
        "    threading.Thread(target=os._exit, args=(0,)).start()\n"
        "    time.sleep(60)\n"
    )
    assert lost(run, source).reason == "exited"


@pytest.mark.parametrize(
    ("act", "name"),
    [
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("os.kill(os.getpid(), 15)", "SIGTERM"),
        ("os.abort()", "SIGABRT"),
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("ctypes.CFUNCTYPE(None)(8)()", "SIGSEGV"),
    ],
)
def test_a_crash_names_its_signal(run: Run, act: str, name: str) -> None:
    loss = lost(run, f"import ctypes, os\ndef run(): {act}\n")
    assert (loss.reason, name in str(loss)) == ("signal", True)


@pytest.mark.parametrize(
    "act",
    [
        "while True: pass",
        "time.sleep(600)",
        "threading.Event().wait()",
        "sum(iter(int, 1))",
        "numpy.ones((2000, 2000), int) @ numpy.ones((2000, 2000), int)",
        "os.kill(os.getpid(), 19)",
        "re.match(r'(a+)+$', 'a' * 60 + 'b')",
    ],
)
def test_what_never_ends_is_ended(run: Run, act: str) -> None:
    source = f"import numpy, os, re, threading, time\ndef run():\n    {act}\n"
    loss = lost(run, source, seconds=0.3)
    assert (loss.reason, "more than 0.3 s" in str(loss)) == ("time", True)


def test_ignoring_every_signal_does_not_help(run: Run) -> None:
    source = (
        "import signal\n"
        "def run():\n"
        "    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "    while True:\n"
        "        try:\n"
        "            while True: pass\n"
        "        except BaseException: pass\n"
    )
    assert lost(run, source, seconds=0.3).reason == "time"


def test_processor_time_is_bounded_over_all_questions() -> None:
    limits = Limits(cpu_seconds=1, seconds=20)
    with (
        Worker("stand_ins.plain", limits=limits, roots=[Path(__file__).parent]) as worker,
        worker.candidate({"draft": "def run():\n    while True: pass\n"}) as candidate,
        pytest.raises(CandidateLost, match="1 s of processor time") as caught,
    ):
        candidate.ask("call", {"module": "draft"})
    assert caught.value.reason == "time"


@pytest.mark.parametrize(
    "act", ["print('x' * 1000)", "os.write(2, b'x' * 100)", "sys.stderr.write('x' * 99999)"]
)
def test_a_flood_of_output_is_cut(draft: Draft, act: str) -> None:
    candidate = draft(f"import os, sys\ndef run():\n    while True: {act}\n")
    with pytest.raises(CandidateLost) as caught:
        candidate.ask("call", {"module": "draft"})
    assert caught.value.reason == "output"
    assert len(candidate.output) == 2**16


def test_a_flood_from_a_thread_between_questions_is_cut(draft: Draft) -> None:
    source = (
        "import os, threading\n"
        "def flood():\n"
        "    while True: os.write(1, b'x' * 4096)\n"
        "def run(): threading.Thread(target=flood, daemon=True).start()\n"
    )
    candidate = draft(source)

    def ask_often() -> None:
        for _ in range(10_000):
            candidate.ask("call", {"module": "draft"})

    with pytest.raises(CandidateLost) as caught:
        ask_often()
    assert caught.value.reason == "output"


def test_a_lost_candidate_stays_lost(draft: Draft) -> None:
    candidate = draft("import os\ndef run(): os._exit(0)\n")
    for _ in range(2):
        with pytest.raises(CandidateLost) as caught:
            candidate.ask("call", {"module": "draft"})
        assert caught.value.reason == "exited"
    candidate.close()
    with pytest.raises(CandidateLost):
        candidate.ask("echo", {})


def test_a_closed_candidate_says_so(draft: Draft) -> None:
    candidate = draft("")
    candidate.close()
    candidate.close()
    with pytest.raises(UsageError, match="was closed"):
        candidate.ask("echo", {})


# Exceptions


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("raise SystemExit(0)", "SystemExit"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("run()", "RecursionError"),
        ("raise type('Own', (BaseException,), {})('mine')", "Own"),
        ("exec('(' * 500)", "SyntaxError"),
        ("raise ExceptionGroup('many', [ValueError(1)])", "ExceptionGroup"),
        ("import no_such_module", "ModuleNotFoundError"),
    ],
)
def test_an_exception_is_told_and_the_candidate_lives(draft: Draft, act: str, kind: str) -> None:
    candidate = draft(f"def run(): {act}\n")
    with pytest.raises(CandidateRaised) as caught:
        candidate.ask("call", {"module": "draft"})
    assert caught.value.kind == kind
    assert caught.value.where == "<cell draft.py>:1"
    assert len(caught.value.trace) <= 50
    assert candidate.ask("echo", {"alive": True}) == {"alive": True}


@pytest.mark.parametrize(
    "body",
    [
        "def __str__(self): raise ValueError('no text')",
        "def __str__(self): return 3",
        "def __str__(self): return 'x' * 10**7",
        "def __str__(self): return '\\ud800\\0\\x1b[31m'",
    ],
)
def test_an_exception_that_cannot_be_shown_is_shown_in_part(run: Run, body: str) -> None:
    source = f"class Odd(Exception):\n    {body}\ndef run(): raise Odd\n"
    with pytest.raises(CandidateRaised) as caught:
        run(source)
    assert caught.value.kind == "Odd"
    assert len(caught.value.message) <= 4000
    assert str(caught.value).encode("utf-8")


def test_an_exception_whose_text_never_ends_is_ended(run: Run) -> None:
    source = (
        "class Odd(Exception):\n"
        "    def __str__(self):\n"
        "        while True: pass\n"
        "def run(): raise Odd\n"
    )
    assert lost(run, source, seconds=0.3).reason == "time"


def test_import_time_effects_end_with_the_candidate(worker: Worker) -> None:
    source = (
        "import builtins, json, os, random, sys, threading\n"
        "builtins.len = lambda thing: 0\n"
        "json.dumps = json.loads = lambda *a, **k: 'forged'\n"
        "sys.modules['numpy'] = None\n"
        "os.chdir('/')\n"
        "sys.setrecursionlimit(50)\n"
        "threading.excepthook = None\n"
        "raise ImportError('after all that')\n"
    )
    with (
        worker.candidate({"draft": source}) as candidate,
        pytest.raises((CandidateRaised, CandidateLost)),
    ):
        candidate.ask("call", {"module": "draft"})
    check = (
        "import json, numpy\ndef run(): return [json.dumps([len('abc')]), int(numpy.int64(3))]\n"
    )
    with worker.candidate({"draft": check}) as candidate:
        assert candidate.ask("call", {"module": "draft"}) == {"value": ["[3]", 3]}


# The line


@pytest.mark.parametrize(
    "act",
    [
        "os.write(3, b'garbage' * 100)",
        "os.write(3, b'WBF1' + bytes(12))",
        "os.write(3, b'WBF1' + b'\\xff' * 12)",
        "send({}, size=2**62)",
        "send({}, length=2**32 - 1)",
        "send([])",
        "send(None)",
        "send({'nonce': 'guessed', 'kind': 'answer', 'value': {}})",
        "send({'nonce': {'$array': ['int8', [16]]}, 'kind': 'answer', 'value': {}}, bytes(16))",
        "send({'nonce': current(), 'kind': {'$array': ['int8', [16]]}, 'value': {}}, bytes(16))",
        "send({'nonce': current(), 'kind': 'answer', 'value': 3})",
        "send({'nonce': current(), 'kind': 'answer'})",
        "send({'nonce': current(), 'kind': 'passed', 'value': {}})",
        "send({'nonce': current(), 'kind': 'raised', 'value': {}})",
        "send({'nonce': current(), 'kind': 'raised', 'value': {'kind': 1, 'message': 2}})",
        "send({'nonce': current(), 'kind': 'answer', 'value': {'$array': ['O', [1]]}}, bytes(8))",
        "send(b'[' * 100000)",
    ],
)
def test_what_is_no_answer_is_a_breach_of_protocol(run: Run, act: str) -> None:
    loss = lost(run, f"{SEND}\ndef run():\n    {act}\n    import time; time.sleep(60)\n")
    assert loss.reason == "protocol"


def test_a_thread_that_writes_between_frames_breaks_only_its_candidate(run: Run) -> None:
    source = (
        "import os, threading, time\n"
        "def noise():\n"
        "    while True: os.write(3, b'noise')\n"
        "def run():\n"
        "    threading.Thread(target=noise, daemon=True).start()\n"
        "    time.sleep(60)\n"
    )
    assert lost(run, source).reason == "protocol"


def test_an_announced_reply_that_never_comes_is_ended_by_the_clock(run: Run) -> None:
    source = f"{SEND}\ndef run():\n    send({{}}, size=2**23)\n    import time; time.sleep(60)\n"
    assert lost(run, source, seconds=0.3).reason == "time"


def test_progress_without_end_is_ended(run: Run) -> None:
    source = (
        f"{SEND}\ndef run():\n"
        "    while True: send({'nonce': current(), 'kind': 'progress', 'value': 'x'})\n"
    )
    assert lost(run, source, seconds=1).reason in ("time", "protocol")


def test_an_answer_prepared_for_a_later_question_does_not_count(draft: Draft) -> None:
    source = (
        f"{SEND}\n"
        "def run():\n"
        "    def later():\n"
        "        import time; time.sleep(0.2)\n"
        "        send({'nonce': nonce, 'kind': 'answer', 'value': {'forged': True}})\n"
        "    nonce = current()\n"
        "    import threading; threading.Thread(target=later, daemon=True).start()\n"
        "def wait():\n"
        "    import time; time.sleep(5)\n"
    )
    candidate = draft(source)
    candidate.ask("call", {"module": "draft"})
    with pytest.raises(CandidateLost) as caught:
        candidate.ask("call", {"module": "draft", "function": "wait"})
    assert caught.value.reason == "protocol"


def test_a_closed_line_is_noticed(run: Run) -> None:
    source = "import os, time\ndef run():\n    os.close(3)\n    time.sleep(60)\n"
    loss = lost(run, source)
    assert (loss.reason, "went on running" in str(loss)) == ("protocol", True)


@pytest.mark.parametrize(
    "patch",
    [
        "json.dumps = json.loads = json.JSONEncoder.encode = json.JSONDecoder.decode = forged",
        "socket.socket.send = socket.socket.recv = socket.socket.sendall = forged",
        "os.write = os.read = os.readv = os._exit = forged",
        "struct.pack = struct.unpack = forged",
        "sys.stdout = sys.stderr = None",
        "sys.stdout.close()",
        "os.close(1); os.close(2)",
    ],
)
def test_patching_the_libraries_forges_nothing(draft: Draft, patch: str) -> None:
    candidate = draft(
        "import json, os, socket, struct, sys\n"
        "def forged(*given, **named): return 'forged'\n"
        f"def run():\n    {patch}\n    return 7\n"
    )
    assert candidate.ask("call", {"module": "draft"}) == {"value": 7}
    assert candidate.ask("echo", {"number": 8}) == {"number": 8}


def test_the_host_can_be_interrupted_in_the_middle(draft: Draft) -> None:
    import signal  # only here: an alarm stands in for a person's Ctrl-C

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    candidate = draft("import time\ndef run(): time.sleep(60)\n")
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            candidate.ask("call", {"module": "draft"})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(UsageError, match="was closed"):
        candidate.ask("echo", {})


# What is meant to work


def test_values_and_arrays_travel_both_ways(draft: Draft) -> None:
    sent = {
        "numbers": [1, -2.5, float("inf"), None, True],
        "array": np.arange(12, dtype=np.float16).reshape(3, 4),
        "nested": {"empty": np.zeros((0, 3)), "complex": np.array(1 + 2j), "$": "text"},
    }
    back = draft("").ask("echo", sent)
    assert back["numbers"] == sent["numbers"]
    np.testing.assert_array_equal(back["array"], sent["array"])  # type: ignore[arg-type]
    assert back["nested"]["empty"].shape == (0, 3)  # type: ignore[index]
    assert back["nested"]["complex"] == 1 + 2j  # type: ignore[index]


def test_large_arrays_travel_both_ways(draft: Draft) -> None:
    array = np.random.default_rng(0).random(2**20)
    np.testing.assert_array_equal(draft("").ask("echo", {"x": array})["x"], array)  # type: ignore[arg-type]


def test_an_answer_that_is_too_large_is_refused(run: Run) -> None:
    loss = lost(run, "import numpy\ndef run(): return numpy.zeros(2**21 + 2)\n")
    assert (loss.reason, "are allowed" in str(loss)) == ("size", True)


def test_an_answer_that_cannot_be_sent_is_told(draft: Draft) -> None:
    candidate = draft("def run(): return object()\n")
    with pytest.raises(CandidateRaised, match="a object cannot be sent"):
        candidate.ask("call", {"module": "draft"})
    assert candidate.ask("echo", {"alive": True}) == {"alive": True}


def test_arguments_that_cannot_be_sent_are_refused_and_nothing_is_lost(draft: Draft) -> None:
    candidate = draft("")
    with pytest.raises(UsageError, match="a object cannot be sent"):
        candidate.ask("echo", {"x": object()})
    assert candidate.ask("echo", {"alive": True}) == {"alive": True}


def test_what_is_printed_is_kept(draft: Draft) -> None:
    candidate = draft(
        "import sys\ndef run():\n    print('out ä')\n    print('err', file=sys.stderr)\n"
    )
    candidate.ask("call", {"module": "draft"})
    assert candidate.output == "out ä\nerr\n"


def test_what_was_printed_before_a_crash_is_kept(draft: Draft) -> None:
    candidate = draft(
        "import os\ndef run():\n    print('last words')\n    os.kill(os.getpid(), 9)\n"
    )
    with pytest.raises(CandidateLost):
        candidate.ask("call", {"module": "draft"})
    assert candidate.output == "last words\n"


@pytest.fixture(scope="module")
def tensors() -> Iterator[Worker]:
    limits = Limits(memory_bytes=2**29)
    with Worker("stand_ins.tensors", limits=limits, roots=[Path(__file__).parent]) as worker:
        yield worker


@pytest.mark.parametrize(
    ("act", "seconds", "reason"),
    [
        ("torch.rand(6000, 6000) @ torch.rand(6000, 6000)", 0.5, "time"),
        ("torch.empty(2**40)", 60, "memory"),
        ("[torch.ones(2**20) for _ in range(10**6)]", 60, "memory"),
    ],
)
def test_tensor_work_is_bounded(tensors: Worker, act: str, seconds: float, reason: str) -> None:
    with (
        tensors.candidate({"draft": f"import torch\ndef run(): {act}\n"}) as candidate,
        pytest.raises(CandidateLost) as caught,
    ):
        candidate.ask("call", {"module": "draft"}, seconds=seconds)
    assert caught.value.reason == reason


def test_tensor_work_runs_and_is_seeded(tensors: Worker) -> None:
    source = (
        "import torch\n"
        "def run():\n"
        "    layer = torch.nn.Linear(8, 2)\n"
        "    layer(torch.randn(4, 8)).sum().backward()\n"
        "    torch.save(layer.state_dict(), 'state.pt')\n"
        "    torch.load('state.pt', weights_only=True)\n"
        "    return layer.weight.grad.numpy()\n"
    )
    grads = []
    for _ in range(2):
        with tensors.candidate({"draft": source}) as candidate:
            grads.append(candidate.ask("call", {"module": "draft"})["value"])
    assert np.shape(grads[0]) == (2, 8)  # type: ignore[arg-type]
    np.testing.assert_array_equal(grads[0], grads[1])  # type: ignore[arg-type]


SEVERAL = """
import os
def run(what):
    if isinstance(what, str) and what == "raise":
        raise ValueError(what)
    if isinstance(what, str) and what == "leave":
        os._exit(3)
    return what
"""


def several(*words: object) -> list[dict[str, object]]:
    return [{"module": "draft", "with": [word]} for word in words]


def test_several_questions_are_answered_in_order_each_with_its_own_error(draft: Draft) -> None:
    candidate = draft(SEVERAL)
    large = np.arange(300_000.0)  # neither end may wait for the other to read first
    one, error, two, *rest = candidate.ask_all("call", several(1, "raise", large, *[large] * 9))
    assert one == {"value": 1}
    assert isinstance(error, CandidateRaised)
    assert error.kind == "ValueError"
    for answer in (two, *rest):
        assert isinstance(answer, dict)
        np.testing.assert_array_equal(answer["value"], large)
    assert candidate.ask_all("call", []) == []
    assert candidate.ask("call", several(2)[0]) == {"value": 2}


def test_what_comes_after_a_loss_was_not_asked(draft: Draft) -> None:
    candidate = draft(SEVERAL)
    large = np.arange(300_000.0)
    one, lost = candidate.ask_all("call", several(1, "leave", *[large] * 9))
    assert one == {"value": 1}
    assert isinstance(lost, CandidateLost)
    assert lost.reason == "exited"
    with pytest.raises(CandidateLost, match="asked again"):
        candidate.ask("call", several(1)[0])


def test_an_alarm_is_heard_though_questions_wait_behind_it(draft: Draft) -> None:
    candidate = draft(
        "import sys\ndef run(what):\n    return len(sys._getframe().f_code.co_name)\n"
    )
    candidate.watch(python_folders())
    found = candidate.ask_all("call", several(*[np.arange(300_000.0)] * 9))
    assert isinstance(found[-1], CandidateLost)
    assert found[-1].reason == "tampering"
    assert len(found) == 1
