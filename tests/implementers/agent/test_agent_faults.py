from __future__ import annotations

import pytest
from agent_room import FINISH, GUIDE, LIVE, PLAN, good_story, results, write, write_tests
from scripted_endpoint import call, text, turn

from workbench.errors import ImplementerError, UsageError, WorkbenchError

BROKEN = {
    "the connection is cut in the middle": {"cut": 3},
    "the connection is cut before the first word": {"cut": 0},
    "a chunk is no JSON": {"corrupt": 3},
    "the stream ends early without an error": {"stop": None},
    "the endpoint breaks the stream off": {"error": 2},
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_breaks_off_is_asked_for_again(room, fault):
    story = good_story()
    endpoint = room.script(story[0], {**story[1], **fault}, *story[1:])
    run = room.run()
    assert run.error is None
    assert run.green
    assert endpoint.requests[1]["messages"] == endpoint.requests[2]["messages"]
    assert len(room.kinds("fault")) == 1
    assert len(room.kinds("plan")) == 1


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_always_breaks_off_ends_the_run_and_keeps_the_work(room, fault):
    story = good_story()
    room.script(*story[:2], *[{**story[2], **fault}] * 3)
    run = room.run(resends=2)
    assert isinstance(run.error, ImplementerError)
    assert "3 times in a row" in str(run.error)
    assert "resume the session" in str(run.error)
    assert [event["id"] for event in room.kinds("cell")] == ["layer", "tests"]
    assert room.kinds("end")[0]["sentence"] == str(run.error)
    room.script(*story[2:])
    again = room.run()
    assert again.error is None
    assert again.green


def test_malformed_tool_json_is_asked_for_again(room):
    story = good_story()
    room.script(story[0], turn(write(), raw='{"id": layer}'), *story[1:])
    assert room.run().green
    assert room.kinds("fault")[0]["fault"] == "unreadable"


@pytest.mark.parametrize("raw", ["", "{}"])
def test_arguments_that_arrive_empty_are_refused_with_advice(room, raw):
    endpoint = room.script(turn(GUIDE, PLAN), turn(write(), raw=raw), *good_story()[1:])
    assert room.run().green
    said = results(endpoint.requests[2])[0]
    assert said["is_error"]
    assert "came without arguments" in said["content"]
    assert "several cells" in said["content"]


def test_arguments_that_end_in_the_middle_are_refused(room):
    story = good_story()
    half = turn(write(), raw='{"id": "layer", "role": "module", "path": "lib/x.py", "source": "cl')
    endpoint = room.script(turn(GUIDE, PLAN), half, *story[1:])
    assert room.run().green
    assert "source: Field required" in results(endpoint.requests[2])[0]["content"]
    assert "lib/x.py" not in room.kinds("cell")[0]["cell"]["path"]


def test_an_unknown_tool_gets_the_names_of_those_there_are(room):
    endpoint = room.script(turn(call("write_file", path="x"), GUIDE), *good_story()[1:])
    assert room.run().green
    unknown, known = results(endpoint.requests[1])
    assert "there is no tool 'write_file': did you mean" in unknown["content"]
    assert "'write_cell'" in unknown["content"]
    assert "is_error" not in known


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"path": "a.py", "lines": "many"}, "lines: Input should be a valid integer"),
        ({"file": "a.py"}, "it takes no 'file': legal are: 'lines', 'path'"),
        ({"path": "a.py", "start": 0}, "greater than or equal to 1"),
    ],
)
def test_arguments_are_checked_here_whatever_the_endpoint_checked(room, arguments, said):
    endpoint = room.script(turn(GUIDE, call("read_file", **arguments)), *good_story()[1:])
    room.run()
    assert said in results(endpoint.requests[1])[1]["content"]


def test_a_cut_answer_keeps_its_whole_calls_and_refuses_the_cut_one(room):
    cut = turn(GUIDE, PLAN, write("class Doub"), stop="max_tokens")
    endpoint = room.script(cut, turn(write(), write_tests()), turn(FINISH))
    run = room.run()
    assert run.green
    guide, plan, cell = results(endpoint.requests[1])
    assert "is_error" not in guide
    assert "is_error" not in plan
    assert "ended in the middle of this call" in cell["content"]


def test_cut_words_are_asked_to_go_on(room):
    endpoint = room.script(turn(text("Let me th"), stop="max_tokens"), *good_story())
    assert room.run().green
    assert "cut at its longest" in endpoint.requests[1]["messages"][-1]["content"]


def test_a_refusal_says_why(room):
    details = {"type": "refusal", "category": "frontier_llm", "explanation": "not this"}
    room.script(*good_story()[:2], turn(text("no"), stop="refusal", details=details))
    run = room.run()
    assert isinstance(run.error, ImplementerError)
    assert "refuses (frontier_llm: not this)" in str(run.error)
    assert room.kinds("end")[0]["fault"] == "refusal"
    roles = [event["message"]["role"] for event in room.kinds("message")]
    assert roles[-1] == "user"


def test_a_pause_is_gone_on_from(room):
    story = good_story()
    endpoint = room.script(turn(text("hm"), stop="pause_turn"), *story)
    assert room.run().green
    assert endpoint.requests[1]["messages"][-1]["role"] == "assistant"


@pytest.mark.parametrize(
    "full",
    [
        turn(text("..."), stop="model_context_window_exceeded"),
        {"status": 400, "kind": "invalid_request_error", "said": "prompt is too long: 9 > 8"},
    ],
    ids=["stop reason", "refused request"],
)
def test_a_conversation_that_grew_too_long_starts_anew_from_the_desk(room, full):
    story = good_story()
    endpoint = room.script(*story[:3], full, turn(LIVE), story[3])
    run = room.run()
    assert run.error is None
    assert run.green
    fresh = endpoint.requests[4]["messages"]
    assert len(fresh) == 1
    assert "This stands on your desk" in fresh[0]["content"]
    assert "# WRONG" in fresh[0]["content"]
    # The report is told again in full, for the fresh conversation has not seen it.
    assert "R1 parameter_count failed" in results(endpoint.requests[5])[0]["content"]


def test_a_conversation_that_never_fits_ends(room):
    room.script(*[turn(text("..."), stop="model_context_window_exceeded")] * 9)
    run = room.run()
    assert "outgrew the model" in str(run.error)


def test_the_same_failing_edit_is_stopped(room):
    edit = call("revise_cell", id="layer", old="not there", new="x")
    endpoint = room.script(*good_story()[:2], *[turn(edit)] * 9)
    run = room.run()
    assert isinstance(run.error, ImplementerError)
    assert "same failing call 3 times: revise_cell" in str(run.error)
    assert len(endpoint.requests) == 5


@pytest.mark.parametrize(
    ("option", "named"),
    [({"turns": 2}, "turns"), ({"tokens": 2000}, "tokens"), ({"dollars": 0.001}, "dollars")],
)
def test_a_budget_ends_the_run_and_shows_where_the_draft_stands(room, option, named):
    story = good_story()
    endpoint = room.script(turn(GUIDE, *story[1]["content"]), *story[2:])
    run = room.run(**option)
    assert isinstance(run.error, ImplementerError)
    assert f"option {named}" in str(run.error)
    assert len(endpoint.requests) <= 2
    assert len(run.drafts) >= 1
    room.script(*story[3 if len(endpoint.requests) == 2 else 2 :])
    assert room.run().green


def test_the_budget_is_one_for_the_whole_session(room):
    story = good_story()
    room.script(turn(GUIDE, *story[1]["content"]), *story[2:])
    room.run(turns=1)
    endpoint = room.script(*story[2:])
    assert "1 answers of 1" in str(room.run(turns=1).error)
    assert endpoint.requests == []


def test_a_limit_in_dollars_needs_prices(room):
    room.script(*good_story())
    run = room.run(model="local-7b", dollars=1.0)
    assert isinstance(run.error, UsageError)
    assert "give the option prices" in str(run.error)
    prices = {"input": 1, "output": 1, "cache_write": 1, "cache_read": 1}
    assert room.run(model="local-7b", dollars=1.0, prices=prices).green


REFUSED = [
    (401, "authentication_error", UsageError, "refuses the key (401)"),
    (403, "permission_error", UsageError, "refuses the key (403)"),
    (404, "not_found_error", UsageError, "does not know this model"),
    (400, "invalid_request_error", ImplementerError, "refuses the request (400"),
    (429, "rate_limit_error", ImplementerError, "limits the rate (429)"),
    (500, "api_error", ImplementerError, "in trouble (500)"),
    (529, "overloaded_error", ImplementerError, "in trouble (529)"),
]


@pytest.mark.parametrize(("status", "kind", "error", "said"), REFUSED)
def test_a_refused_request_ends_the_run_with_one_sentence(room, status, kind, error, said):
    refused = {"status": status, "kind": kind, "headers": {"retry-after": "0"}}
    room.script(*good_story()[:2], refused)
    run = room.run()
    assert isinstance(run.error, error)
    assert said in str(run.error)
    assert "\n" not in str(run.error)
    assert len(room.kinds("cell")) == 2
    room.script(*good_story()[2:])
    assert room.run().green


def test_a_rate_limit_is_waited_for_as_it_asks(room):
    refused = {"status": 429, "kind": "rate_limit_error", "headers": {"retry-after-ms": "5"}}
    endpoint = room.script(good_story()[0], refused, refused, *good_story()[1:])
    assert room.run(retries=2).green
    assert endpoint.requests[1] == endpoint.requests[3]


def test_an_endpoint_that_is_not_there_is_named(room):
    endpoint = room.script()
    endpoint.close()
    run = room.run()
    assert isinstance(run.error, ImplementerError)
    assert "cannot be reached" in str(run.error)
    room.endpoint = None


def test_without_a_key_nothing_begins(room, monkeypatch, tmp_path):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    endpoint = room.script(*good_story())
    run = room.run()
    assert isinstance(run.error, UsageError)
    assert "set ANTHROPIC_API_KEY" in str(run.error)
    assert endpoint.requests == []


def test_every_error_is_one_of_ours(room):
    room.script({"status": 418, "kind": "teapot"})
    assert isinstance(room.run().error, WorkbenchError)
