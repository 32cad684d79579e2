"""Blind tests: written in a second conversation that never sees the body of the module."""

from __future__ import annotations

import json

import pytest
from agent_room import BAD, FINISH, GUIDE, MODULE, PLAN, TESTS, check, results, write, write_tests
from scripted_endpoint import call, turn

from workbench.errors import ImplementerError
from workbench.implementers._agent.interface import interface
from workbench.journal import FILE_NAME
from workbench.records import FlowStep, Gradient, TestResult

BODY = "self.factor = features"
FULL = call("run_checks", tier="full")
HAND_OVER = call("finish", summary="One test of the spec's formula.")


def whole_story():
    """Plan and module; the tester's turns; the end."""
    return [
        turn(GUIDE),
        turn(PLAN, write(), FULL),
        turn(GUIDE),
        turn(write_tests(), HAND_OVER),
        turn(FINISH),
    ]


def _is_tester(request):
    return request["system"][0]["text"].startswith("You write tests")


def test_the_tester_sees_the_interface_and_never_the_body(room):
    endpoint = room.script(*whole_story())
    run = room.run(blind=True)
    assert run.error is None
    assert run.green
    roles = [_is_tester(request) for request in endpoint.requests]
    assert roles == [False, False, True, True, False]
    for request in endpoint.requests:
        if _is_tester(request):
            text = json.dumps(request)
            assert BODY not in text
            assert "def __init__(self, features):" in text
            names = {tool["name"] for tool in request["tools"]}
            assert not names & {"run_checks", "edit_file", "read_verdict", "state_plan"}
    # Neither do the tests travel through the author's conversation before they are run.
    assert "1 + 1 == 2" not in json.dumps(endpoint.requests[-1])
    draft = run.drafts[-1]
    assert draft.files("test") == {"tests/test_doubler.py": TESTS}
    assert list(draft.files("module")) == ["lib/doubler.py"]


def test_the_tester_is_not_woken_for_a_module_that_does_not_hold(room):
    mend = call("revise_cell", id="layer", old="        # WRONG\n", new="")
    story = whole_story()
    endpoint = room.script(turn(GUIDE), turn(PLAN, write(BAD), FULL), turn(mend, FULL), *story[2:])
    assert room.run(blind=True).green
    said = results(endpoint.requests[2])[-1]["content"]
    assert "R1 parameter_count failed" in said
    assert "once the live tier is green" in said
    assert [_is_tester(request) for request in endpoint.requests] == [
        *[False] * 3,
        True,
        True,
        False,
    ]


def named(spec, draft):
    """A judge that knows the names of the parameters, as the real one does."""
    gradients = (Gradient(name="map.weight", norm=1.0, size=12),)
    flow = (FlowStep(name="map", type="Linear", output="float32 (2, 4)"),)
    return check(spec, draft).model_copy(update={"gradients": gradients, "flow": flow})


def test_the_tester_knows_the_names_in_a_checkpoint(room):
    endpoint = room.script(*whole_story())
    assert room.run(blind=True, judge=named).green
    assert "map.weight: 12 numbers, of a Linear" in endpoint.requests[2]["messages"][0]["content"]


def test_the_author_can_write_no_test_and_the_tester_no_module(room):
    endpoint = room.script(
        turn(GUIDE, PLAN, write(), write_tests()),
        turn(FULL),
        turn(GUIDE, write(name="sly"), HAND_OVER, write_tests()),
        turn(HAND_OVER),
        turn(FINISH),
    )
    run = room.run(blind=True)
    assert run.green
    refused = results(endpoint.requests[1])[3]
    assert "does not see your module's body" in refused["content"]
    said = [result["content"] for result in results(endpoint.requests[3])]
    assert "you write tests only" in said[1]
    assert "there is no cell yet" in said[2]
    assert set(run.drafts[-1].files("module")) == {"lib/doubler.py"}


@pytest.mark.parametrize(("tier", "blind"), [("deep", True), ("full", False)])
def test_it_is_the_default_at_the_deep_tier_alone(room, tier, blind):
    room.script(turn(call("finish", summary="s", open="o")))
    room.run(tier=tier)
    assert room.kinds("agent")[0]["blind"] is blind


def test_the_option_overrules_the_tier(room):
    room.script(turn(call("finish", summary="s", open="o")))
    room.run(tier="deep", blind=False)
    assert room.kinds("agent")[0]["blind"] is False


def failing(spec, draft):
    """A judge under which the test fails until it is corrected."""
    report = check(spec, draft)
    outcome = "failed" if "1 + 1 == 2" in "".join(draft.files("test").values()) else "passed"
    if draft.wants == "live" or not draft.files("test"):
        return report
    test = TestResult(id="tests/test_doubler.py::test_it_doubles", outcome=outcome, message="no")
    return report.model_copy(update={"tests": (test,)})


DISPUTE = call(
    "dispute_test", id="tests/test_doubler.py::test_it_doubles", reason="the spec says otherwise"
)
CORRECTED = call("revise_cell", id="tests", old="1 + 1 == 2", new="2 + 2 == 4")


def test_a_failing_test_is_disputed_and_its_author_decides(room):
    endpoint = room.script(
        *whole_story()[:4],
        turn(DISPUTE),
        turn(CORRECTED, call("finish", summary="I asked for too much.")),
        turn(FINISH),
    )
    run = room.run(blind=True, judge=failing)
    assert run.error is None
    assert run.green
    asked = endpoint.requests[5]
    assert _is_tester(asked)
    assert "the spec says otherwise" in json.dumps(asked["messages"][-1])
    assert BODY not in json.dumps(asked)
    assert (
        "The tester answers: I asked for too much." in results(endpoint.requests[6])[0]["content"]
    )


def test_a_failing_test_is_shown_with_its_source(room):
    read = call("read_verdict", id="tests/test_doubler.py::test_it_doubles")
    story = whole_story()
    endpoint = room.script(*story[:4], turn(read), turn(call("finish", summary="s", open="o")))
    room.run(blind=True, judge=failing)
    said = results(endpoint.requests[5])[0]["content"]
    assert "def test_it_doubles():\n    assert 1 + 1 == 2" in said


def test_only_a_failing_test_can_be_disputed(room):
    endpoint = room.script(*whole_story()[:4], turn(DISPUTE), turn(FINISH))
    assert room.run(blind=True).green
    assert "is no failing test" in results(endpoint.requests[5])[0]["content"]


def test_the_tester_looks_again_when_the_interface_changes(room):
    other = write(MODULE.replace("features)", "features, bias=True)"))
    endpoint = room.script(*whole_story()[:4], turn(other, FULL), turn(HAND_OVER), turn(FINISH))
    assert room.run(blind=True).green
    assert "interface of the module has changed" in json.dumps(endpoint.requests[5]["messages"][-1])
    assert "bias=True" in json.dumps(endpoint.requests[5]["messages"][-1])


def test_a_changed_body_alone_does_not_wake_the_tester(room):
    other = write(MODULE.replace(BODY, "self.factor = 2 * features"))
    endpoint = room.script(*whole_story()[:4], turn(other, FULL), turn(FINISH))
    assert room.run(blind=True).green
    assert sum(map(_is_tester, endpoint.requests)) == 2


def test_a_run_can_die_after_any_event_of_either_conversation(room, tmp_path):
    story = [*whole_story()[:4], turn(DISPUTE)]
    story += [turn(CORRECTED, call("finish", summary="Corrected.")), turn(FINISH)]
    room.script(*story)
    whole = room.run(blind=True, judge=failing).drafts[-1]
    lines = (room.session / FILE_NAME).read_bytes().splitlines(keepends=True)
    events = room.said
    for length in range(1, len(lines)):
        if events[length - 1]["kind"] in {"tool", "text", "result", "usage", "model", "counted"}:
            continue
        room.session = tmp_path / f"cut{length}"
        room.session.mkdir()
        (room.session / FILE_NAME).write_bytes(b"".join(lines[:length]))
        answered = sum(
            event["kind"] == "message" and event["message"]["role"] == "assistant"
            for event in events[:length]
        )
        endpoint = room.script(*story[answered:])
        run = room.run(blind=True, judge=failing)
        assert run.error is None, (length, events[length - 1])
        assert run.drafts[-1] == whole, (length, events[length - 1])
        assert len(endpoint.requests) == len(story) - answered


def test_the_tester_pays_from_the_same_budget(room):
    room.script(*whole_story())
    run = room.run(blind=True, turns=3)
    assert isinstance(run.error, ImplementerError)
    assert "3 answers of 3" in str(run.error)
    assert run.drafts[-1].files("test") == {}
    endpoint = room.script(*whole_story()[3:])
    assert room.run(blind=True, turns=30).green
    assert len(endpoint.requests) == 2


def test_an_interface_holds_no_statement_of_a_body():
    source = '''"""A layer."""
import torch
SECRET = 7
def _hidden(): return SECRET
def build(width: int = 3) -> "Layer":
    """Build it."""
    return Layer(width + SECRET)
@torch.no_grad()
async def later(): return SECRET
class Layer(torch.nn.Module):
    """A layer of its own."""
    table = [SECRET]
    width: int = 3
    def __init__(self, width: int) -> None:
        super().__init__(); self.weight = SECRET
    def forward(self, x, *, mask=None):
        """Return x."""
        def inner(): return SECRET
        return x * SECRET
    def _split(self): return SECRET
class _Private: value = SECRET
'''
    shown = interface(source)
    assert "SECRET" not in shown
    assert "_split" not in shown
    assert "_Private" not in shown
    for part in ("A layer.", "Build it.", "width: int=3", "*, mask=None", "Return x.", "Module"):
        assert part in shown, shown
    compile(shown, "interface", "exec")
