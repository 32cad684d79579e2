"""Where models may not be called, none is; what a resume may change, and what it may not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from agent_room import KEY, SPEC, good_story
from scripted_endpoint import turn

from workbench import demo
from workbench.errors import UsageError
from workbench.journal import FILE_NAME
from workbench.session import Session
from workbench.spec import loads


def test_the_switch_forbids_the_first_request(room, monkeypatch):
    monkeypatch.setenv("WORKBENCH_NO_MODEL", "1")
    endpoint = room.script(*good_story())
    run = room.run()
    assert isinstance(run.error, UsageError)
    assert "WORKBENCH_NO_MODEL is set" in str(run.error)
    assert endpoint.requests == []
    monkeypatch.setenv("WORKBENCH_NO_MODEL", "0")
    assert room.run().green


def test_the_switch_holds_from_the_next_request_on(room, monkeypatch):
    story = good_story()

    def last_allowed(request):
        monkeypatch.setenv("WORKBENCH_NO_MODEL", "1")
        return story[1]

    endpoint = room.script(story[0], last_allowed)
    run = room.run()
    assert isinstance(run.error, UsageError)
    assert len(endpoint.requests) == 2
    monkeypatch.delenv("WORKBENCH_NO_MODEL")
    room.script(*story[2:])
    assert room.run().green


def test_under_the_switch_the_sdk_is_not_even_imported():
    code = (
        "import os, sys; os.environ['WORKBENCH_NO_MODEL'] = '1'\n"
        "from workbench.implementers import anthropic as agent\n"
        "try:\n    next(agent.implement(None, None, None))\n"
        "except Exception as error:\n    print(type(error).__name__, 'anthropic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["UsageError", "False"], done.stderr


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A session whose first answer never came."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    target = demo.lay(tmp_path / "pocket")
    options = {"turns": 5, "model": "claude-opus-5-5"}
    opened = Session.start(
        loads(SPEC), target, implementer="anthropic", options=options, folder=tmp_path / "session"
    )
    opened.close()
    return tmp_path / "session"


def test_a_resume_can_raise_a_budget_and_keeps_it(session):
    with Session.resume(session, options={"turns": 50, "model": "claude-opus-5-5"}) as opened:
        assert opened.options["turns"] == 50
        event = opened.journal.last("resumed")
        assert event["options"] == {"turns": 50}  # what is the same is not told again
    with Session.resume(session) as opened:
        assert opened.options == {"turns": 50, "model": "claude-opus-5-5"}


@pytest.mark.parametrize("options", [{"api_key": KEY}, {"turms": 9}, {"turns": 0}])
def test_a_wrong_option_of_a_resume_changes_nothing(session, options):
    before = (session / FILE_NAME).read_bytes()
    with pytest.raises(UsageError):
        Session.resume(session, options=options)
    assert (session / FILE_NAME).read_bytes() == before


def test_the_command_line_raises_a_budget_of_the_sessions_own_implementer(session, monkeypatch):
    """``--implementer`` is the session's, also where the command line's default is another."""
    command = [sys.executable, "-m", "workbench", "implement", "--resume", str(session)]
    done = subprocess.run([*command, "--turns", "0"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "option turns of the agent" in done.stderr
    done = subprocess.run([*command, "--option", "pages=3"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "the agent has no option 'pages'" in done.stderr


def test_words_alone_are_no_answer_after_a_resume(room):
    """A budget that is used up ends the next run too, until it is raised."""
    story = good_story()
    room.script(story[0], turn(*story[1]["content"]))
    assert "option turns" in str(room.run(turns=2).error)
    endpoint = room.script(*story[2:])
    assert "option turns" in str(room.run(turns=2).error)
    assert endpoint.requests == []
    assert room.run(turns=20).green
