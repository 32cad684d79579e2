from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from agent_room import FINISH, GUIDE, KEY, LIVE, PLAN, good_story, results, write, write_tests
from scripted_endpoint import call, text, turn

from workbench.errors import ImplementerError
from workbench.journal import FILE_NAME, read

CHILD = textwrap.dedent(
    """
    import signal
    import sys
    from pathlib import Path
    # A shell that runs the tests in the background makes its children ignore the keyboard.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path.insert(0, sys.argv[1])
    from agent_room import Room
    from scripted_endpoint import Endpoint
    room = Room.__new__(Room)
    folder = Path(sys.argv[2])
    from agent_room import Folder, SPEC, loads, Study, Finding
    room.root, room.session = folder / "target", folder / "session"
    room.spec, room.target, room.endpoint = loads(SPEC), Folder(folder / "target"), None
    finding = Finding(topic="guidance", value=["CLAUDE.md"])
    room.study = Study(root=str(room.root), findings=(finding,))
    run = room.run(base_url=sys.argv[3])
    print("ended", run.error, flush=True)
    """
)


def _child(room, endpoint):
    here = str(Path(__file__).parent)
    environment = {**os.environ, "ANTHROPIC_API_KEY": KEY}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, here, str(room.session.parent), endpoint.url],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_killed_run_goes_on_where_it_was(room):
    story, hang, arrived = good_story(), threading.Event(), threading.Event()

    def stuck(request):
        arrived.set()
        return {**story[2], "hang": hang}

    endpoint = room.script(*story[:2], stuck)
    child = _child(room, endpoint)
    with child:
        assert arrived.wait(60), child.stdout.read()
        child.send_signal(signal.SIGKILL)
    hang.set()
    sent = endpoint.requests[-1]["messages"]
    endpoint = room.script(*story[2:])
    run = room.run()
    assert run.error is None
    assert run.green
    # The request that never got its answer is sent again, to the byte.
    assert json.dumps(endpoint.requests[0]["messages"]) == json.dumps(sent)
    assert [note.text for note in run.drafts[-1].notes] == ["the factor begins at one"]


def test_a_run_can_die_after_any_event_and_loses_no_answer(room, tmp_path):
    story = good_story()
    story[1]["content"].append(call("note", kind="concern", text="doubtful", reason="r"))
    room.script(*story)
    whole = room.run().drafts[-1]
    lines = (room.session / FILE_NAME).read_bytes().splitlines(keepends=True)
    events = list(read(room.session))
    for length in range(1, len(lines)):
        if events[length - 1].get("kind") in {"tool", "text", "result", "usage", "model"}:
            continue  # what is only shown; the next event's case holds it as well
        room.session = tmp_path / f"cut{length}"
        room.session.mkdir()
        (room.session / FILE_NAME).write_bytes(b"".join(lines[:length]))
        answered = sum(
            event["kind"] == "message" and event["message"]["role"] == "assistant"
            for event in events[:length]
        )
        endpoint = room.script(*story[answered:])
        run = room.run()
        assert run.error is None, (length, events[length - 1]["kind"])
        assert run.green
        assert run.drafts[-1] == whole, events[length - 1]["kind"]
        assert len(endpoint.requests) == len(story) - answered


def test_a_stop_is_obeyed_within_a_second_even_while_nothing_comes(room):
    hang, stopped = threading.Event(), threading.Event()
    story = good_story()
    room.script(*story[:2], {**story[2], "hang": hang})
    when = []

    def halted():
        if room.session.exists() and len(room.kinds("cell")) == 2 and not stopped.is_set():
            stopped.set()
            when.append(time.monotonic())
        return stopped.is_set()

    run = room.run(halted=halted)
    took = time.monotonic() - when[0]
    hang.set()
    assert isinstance(run.error, ImplementerError)
    assert run.error.fault == "stopped"
    assert took < 1
    room.script(*story[2:])
    assert room.run().green


def test_an_interrupt_from_the_keyboard_is_obeyed_while_nothing_comes(room):
    hang, arrived = threading.Event(), threading.Event()

    def stuck(request):
        arrived.set()
        return {**turn(text("...")), "hang": hang}

    endpoint = room.script(*good_story()[:2], stuck)
    with _child(room, endpoint) as child:
        assert arrived.wait(60)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        said = child.stdout.read()
        took = time.monotonic() - began
    hang.set()
    assert "KeyboardInterrupt" in said
    assert took < 5  # what is left is the end of a whole process
    room.script(*good_story()[2:])
    assert room.run().green


def test_a_resumed_run_shows_the_report_again(room):
    story = good_story()
    room.script(*story[:3], {"status": 529, "kind": "overloaded_error"})
    room.run()
    endpoint = room.script(turn(call("read_verdict", id="R1")), turn(LIVE), story[3])
    assert room.run().green
    assert "call run_checks" in results(endpoint.requests[1])[0]["content"]
    assert "R1 parameter_count failed" in results(endpoint.requests[2])[0]["content"]


@pytest.mark.parametrize("where", ["key in an answer", "key in an error"])
def test_no_key_in_any_file_or_message(room, where, caplog):
    """The endpoint itself says the key, and the agent repeats it wherever it can."""
    leak = f"your key is {KEY}"
    story = [
        turn(GUIDE, text(leak)),
        turn(PLAN, write(f"# {KEY}\n" + write()["input"]["source"]), write_tests()),
        turn(call("note", kind="concern", text=leak)),
        turn(call("no_such_tool", key=KEY), call("revise_cell", id=KEY, old=KEY, new=KEY)),
    ]
    end = turn(FINISH)
    if where == "key in an error":
        end = {"status": 401, "kind": "authentication_error", "said": leak}
    room.script(*story, end)
    run = room.run()
    assert KEY not in str(run.error)
    assert run.error is None or run.error.__cause__ is None
    for path in room.session.parent.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in caplog.text
    if where == "key in an answer":
        assert "[key]" in (room.session / FILE_NAME).read_text()


def test_a_finished_session_shows_its_draft_again_and_asks_nothing(room):
    room.script(*good_story())
    last = room.run().drafts[-1]
    endpoint = room.script()
    run = room.run()
    assert run.error is None
    assert run.drafts == [last]
    assert endpoint.requests == []
