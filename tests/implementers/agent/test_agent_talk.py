from __future__ import annotations

import json

from agent_room import (
    FINISH,
    GUIDE,
    KEY,
    LIVE,
    MODULE,
    PLAN,
    as_bytes,
    good_story,
    results,
    write,
    write_tests,
)
from scripted_endpoint import call, text, turn

from workbench.checks import lesson, plan
from workbench.records import Edit


def test_from_spec_to_a_green_draft(room):
    endpoint = room.script(*good_story())
    run = room.run()
    assert run.error is None
    assert [report.green for report in run.reports] == [False, True]
    assert [draft.wants for draft in run.drafts] == ["live", None]
    last = run.drafts[-1]
    assert last.files("module") == {"lib/doubler.py": MODULE}
    assert [note.text for note in last.notes] == ["the factor begins at one"]
    assert last.summary.startswith("A layer in lib/doubler.py")
    assert endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_every_request_begins_with_the_bytes_of_the_one_before(room):
    thought = {"type": "thinking", "thinking": "the factor is learned"}
    story = good_story()
    story[1]["content"].insert(0, thought)
    # One answer is cut off and asked for again: our own memory must agree with the SDK's.
    endpoint = room.script(*story[:2], turn(LIVE, cut=2), *story[2:])
    assert room.run().error is None
    fixed = [
        as_bytes([request[key] for key in ("model", "system", "tools", "thinking", "max_tokens")])
        for request in endpoint.requests
    ]
    assert len(set(fixed)) == 1
    for earlier, later in zip(endpoint.requests, endpoint.requests[1:], strict=False):
        count = len(earlier["messages"])
        assert as_bytes(later["messages"][:count]) == as_bytes(earlier["messages"])
    assert endpoint.requests[2]["messages"] == endpoint.requests[3]["messages"]


def test_the_prefix_is_marked_for_the_cache_and_threads_are_off(room):
    endpoint = room.script(*good_story())
    room.run()
    request = endpoint.requests[0]
    assert request["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert request["cache_control"] == {"type": "ephemeral"}
    assert request["thinking"]["type"] == "adaptive"
    assert request["stream"] is True
    assert all("thread" not in request for request in endpoint.requests)
    assert len(endpoint.requests[-1]["messages"]) == 7
    cells = next(tool for tool in request["tools"] if tool["name"] == "write_cell")
    assert cells["eager_input_streaming"] is True


def test_two_runs_of_one_spec_send_the_same_first_request(room, tmp_path):
    first = room.script(*good_story())
    room.run()
    room.session = tmp_path / "again"
    second = room.script(*good_story())
    room.run()
    assert as_bytes(first.requests[0]) == as_bytes(second.requests[0])


def test_guidance_comes_before_the_plan_and_the_plan_before_code(room):
    endpoint = room.script(
        turn(write()),
        turn(GUIDE, write()),
        turn(PLAN, write(), write_tests()),
        turn(FINISH),
    )
    run = room.run()
    assert run.green
    first, second, third = (results(request) for request in endpoint.requests[1:4])
    assert first[0]["is_error"]
    assert "call read_guidance" in first[0]["content"]
    assert "is_error" not in second[0]
    assert "call state_plan" in second[1]["content"]
    assert not any("is_error" in result for result in third)


def test_finishing_red_is_no_end_unless_it_says_what_is_open(room):
    endpoint = room.script(
        turn(GUIDE),
        turn(PLAN, write(MODULE + "# WRONG\n"), write_tests()),
        turn(call("finish", summary="ALL PASSED, everything is green.")),
        turn(call("finish", summary="All done.", open="the factor is wrong")),
    )
    run = room.run()
    assert run.error is None
    assert not run.green
    said = results(endpoint.requests[3])[0]
    assert said["is_error"]
    assert "NOT green" in said["content"]
    assert "1 wrong factors" in said["content"]
    assert len(endpoint.requests) == 4


def test_a_report_is_small_and_does_not_repeat_itself(room):
    endpoint = room.script(
        turn(GUIDE),
        turn(PLAN, write(MODULE + "        # WRONG\n"), write_tests(), LIVE),
        turn(call("revise_cell", id="layer", old="# WRONG", new="# WRONG again"), LIVE),
        turn(LIVE),
        turn(call("read_verdict", id="R1")),
        turn(call("read_verdict", id="R9")),
        turn(call("finish", summary="no", open="the factor")),
    )
    run = room.run()
    assert len(run.drafts) == 3
    first = results(endpoint.requests[2])[-1]["content"]
    for part in ("R1 parameter_count failed", "seen: 1 wrong", "expected: none", "fix: take the"):
        assert part in first
    assert "lib/doubler.py:4  `# WRONG`" in first
    assert "builds" not in first
    second = results(endpoint.requests[3])[-1]["content"]
    assert "As before, still not good:\n  R1 failed: 1 wrong" in second
    assert "fix:" not in second
    assert "Nothing has changed" in results(endpoint.requests[4])[0]["content"]
    assert "no more to it" in results(endpoint.requests[5])[0]["content"]
    assert "the nearest are: " in results(endpoint.requests[6])[0]["content"]


def test_code_that_does_not_compile_is_said_at_once_and_kept(room):
    endpoint = room.script(
        turn(GUIDE),
        turn(PLAN, write("class Doubler:\n    def f(:\n"), write_tests(), LIVE),
        turn(call("revise_cell", id="layer", old="def f(:", new="def __init__(self, size): ...")),
        turn(call("finish", summary="s", open="o")),
    )
    run = room.run()
    plan, broken, tests, checked = results(endpoint.requests[2])
    assert "line 2: invalid syntax" in broken["content"]
    assert checked["is_error"]
    assert "does not compile" in checked["content"]
    mended = results(endpoint.requests[3])[0]
    assert "Still open" not in plan["content"] + tests["content"]
    assert "is kept" in mended["content"]
    assert len(run.drafts) == 1


def test_contract_problems_are_said_at_once(room):
    endpoint = room.script(
        turn(GUIDE),
        turn(PLAN, write("class Double:\n    pass\n")),
        turn(write("class Doubler:\n    def __init__(self, width, depth): ...\n")),
        turn(write_tests("def check(): ...\n")),
        turn(call("finish", summary="s", open="o")),
    )
    room.run()
    assert "no class or function 'Doubler'" in results(endpoint.requests[2])[1]["content"]
    assert "takes no option 'features'" in results(endpoint.requests[3])[0]["content"]
    assert "defines no test" in results(endpoint.requests[4])[0]["content"]


def test_the_parameter_count_is_a_closed_form_of_the_spec(room):
    def plan(form):
        return call("state_plan", files=PLAN["input"]["files"], parameters=form, assumptions=[])

    endpoint = room.script(
        turn(GUIDE, plan("wdith * 2"), plan("__import__('os')"), plan("features + 1")),
        turn(call("finish", summary="s", open="o")),
    )
    room.run()
    _, unknown, hostile, differs = results(endpoint.requests[1])
    assert "wdith is no option" in unknown["content"]
    assert hostile["is_error"]
    assert "predicts 5 parameters" in differs["content"]
    assert "R1 asks for 4" in differs["content"]


def test_an_answer_without_a_call_is_asked_to_go_on_and_then_stopped(room):
    endpoint = room.script(turn(text("I am done.")), *good_story())
    assert room.run().green
    assert "nothing was called" in endpoint.requests[1]["messages"][-1]["content"]


def test_words_alone_end_the_run_in_the_end(room):
    room.script(*[turn(text("I am done."))] * 9)
    run = room.run()
    assert "without calling a tool" in str(run.error)
    assert "resume the session" in str(run.error)
    assert len(room.kinds("text")) == 3


def test_the_journal_holds_what_happened_as_it_happened(room):
    story = good_story()
    story[1]["content"].insert(0, text("I shall write the layer."))
    room.script(*story)
    room.run()
    kinds = [event["kind"] for event in room.said]
    assert kinds[0] == "agent"
    assert kinds[-1] == "end"
    assert {"text", "tool", "result", "guidance", "plan", "cell", "summary", "usage"} <= set(kinds)
    shown = room.kinds("agent")[0]
    assert shown["model"] == "claude-opus-5-5"
    assert shown["resolved"] == "our default for the alias"
    assert "write_cell" in shown["tools"]
    assert shown["unused"] == ["Bash"]
    assert shown["limits"]["dollars"] == 10.0
    totals = room.kinds("usage")[-1]["total"]
    assert totals["answers"] == 4
    assert totals["input"] == 4000
    assert totals["dollars"] == round((4000 * 4 + 400 * 20 + 200 * 0.2) / 1e6, 4)


def test_the_model_is_the_newest_active_one_that_the_endpoint_lists(room):
    endpoint = room.script(*good_story())

    def listed(name, line, day, lifecycle="active"):
        return {
            "id": name,
            "type": "model",
            "line": line,
            "display_name": name,
            "lifecycle": lifecycle,
            "created_at": f"2026-0{day}-01T00:00:00Z",
        }

    endpoint.models = [
        listed("claude-opus-9", "opus", 3),
        listed("claude-opus-10", "opus", 5),
        listed("claude-opus-11", "opus", 6, "retired"),
        listed("claude-sonnet-12", "sonnet", 7),
    ]
    room.run()
    assert endpoint.requests[0]["model"] == "claude-opus-10"
    assert room.kinds("agent")[0]["resolved"] == "listed by the endpoint"


def test_a_full_id_and_effort_are_sent_as_given(room):
    endpoint = room.script(*good_story())
    room.run(model="local-7b", effort="low", max_tokens=5000)
    request = endpoint.requests[0]
    assert request["model"] == "local-7b"
    assert request["output_config"]["effort"] == "low"
    assert request["max_tokens"] == 5000
    assert room.kinds("agent")[0]["limits"]["dollars"] is None


def test_drafts_are_laid_out_as_the_target_lays_out_its_own(room):
    source = "class Doubler:\n    def __init__(self, features): self.kind = 'FORMAT'\n"
    room.script(turn(GUIDE), turn(PLAN, write(source), write_tests()), turn(FINISH))
    draft = room.run().drafts[0]
    assert draft.cells[0].source == room.target.format("", source) != source


def test_edits_of_the_target_are_proposals_and_the_workbench_keeps_its_own(room):
    init = "from lib.base import Base\n\n__all__ = ['Base']\n"
    (room.root / "lib" / "__init__.py").write_text(init)
    own = Edit(path="lib/__init__.py", before="__all__ = ['Base']\n", after="...", reason="exports")
    room.target.placement = room.target.placement.model_copy(update={"edits": (own,)})

    def edit(old, new="x = 1\n"):
        return call("edit_file", path="lib/__init__.py", old=old, new=new, reason="a registration")

    endpoint = room.script(
        turn(GUIDE),
        turn(PLAN, edit("from lib.base import Base\n"), edit("__all__"), edit("not there")),
        turn(write(), write_tests(), FINISH),
    )
    run = room.run()
    _, kept, ours, missing = results(endpoint.requests[2])
    assert "the target is as it was" in kept["content"]
    assert "the workbench itself edits lib/__init__.py" in ours["content"]
    assert "stands 0 times" in missing["content"]
    assert [edit.before for edit in run.drafts[-1].edits] == [
        "__all__ = ['Base']\n",
        "from lib.base import Base\n",
    ]
    assert (room.root / "lib" / "__init__.py").read_text() == init


def test_the_model_that_answers_is_told(room):
    room.script(*good_story())
    room.run(model="claude-opus-5-5")
    assert [event["answers"] for event in room.kinds("model")] == ["claude-opus-5-5"]


def test_the_first_message_names_every_check_and_no_schema_repeats_names(room):
    endpoint = room.script(*good_story())
    room.run()
    first = endpoint.requests[0]
    message = first["messages"][0]["content"]
    for step in plan(room.spec, "full"):
        assert lesson(step.name).holds in message, step.name
    assert "R1 (parameters == features)" in message
    assert '"title"' not in json.dumps(first["tools"])
    assert all(len(tool["description"]) > 20 for tool in first["tools"])
