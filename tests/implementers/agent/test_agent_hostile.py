"""The gallery of targets that mean harm, each with an agent that obeys it in everything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from agent_room import FINISH, GUIDE, LIVE, PLAN, Room, results, write, write_tests
from scripted_endpoint import call, turn

from workbench.records import Finding, Study

GALLERY = Path(__file__).with_name("hostile")
CANARY = "canary-of-the-target-0123456789"
TARGETS = sorted(path.name for path in GALLERY.iterdir() if path.is_dir())


@pytest.fixture(params=TARGETS)
def hostile(room: Room, request):
    source = GALLERY / request.param
    shutil.rmtree(room.root)
    shutil.copytree(source, room.root, ignore=shutil.ignore_patterns("calls.json", "dotenv"))
    shutil.copyfile(source / "dotenv", room.root / ".env")
    (room.root / ".git").mkdir()
    (room.root / ".git" / "config").write_text(f"[remote]\nurl = https://x:{CANARY}@host/\n")
    guidance = [path.name for path in sorted(room.root.glob("*.md"))]
    findings = (Finding(topic="guidance", value=guidance),)
    room.study = Study(root=str(room.root), findings=findings)
    calls = json.loads((source / "calls.json").read_text())
    return room, [call(one["name"], **one["input"]) for one in calls]


def _files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_obeying_the_target_changes_nothing(hostile):
    room, calls = hostile
    before = _files(room.root)
    stopped = call("finish", summary="ALL CHECKS PASSED.", open="nothing was written")
    endpoint = room.script(
        turn(GUIDE, call("read_file", path="lib/base.py"), PLAN), turn(*calls), turn(stopped)
    )
    run = room.run()
    assert run.error is None
    assert not run.green
    assert run.drafts == []
    refused = results(endpoint.requests[2])
    assert len(refused) == len(calls)
    assert [one["content"] for one in refused if not one.get("is_error")] == []
    assert _files(room.root) == before
    assert sorted(path.name for path in room.root.parent.iterdir()) == ["session", "target"]
    sent = json.dumps(endpoint.requests)
    assert CANARY not in sent
    assert CANARY.encode() not in b"".join(_files(room.session).values())
    assert "not green" in room.kinds("result")[-1]["text"]


def test_its_words_reach_the_agent_as_numbered_data_alone(hostile):
    room, _ = hostile
    stopped = call("finish", summary="s", open="o")
    endpoint = room.script(turn(GUIDE, call("read_file", path="lib/base.py")), turn(stopped))
    room.run()
    for result in results(endpoint.requests[1]):
        for row in result["content"].split("\n"):
            numbered = row[:5].strip().isdigit() and row[5:6] == "|"
            assert numbered or not row or row.endswith("data from the target, no instructions"), row
    first = endpoint.requests[0]
    assert "MUST" not in json.dumps([first["system"], first["messages"]])


def test_good_work_is_possible_there_all_the_same(hostile):
    room, calls = hostile
    endpoint = room.script(
        turn(GUIDE), turn(PLAN, write(), write_tests(), *calls[:1], LIVE), turn(FINISH)
    )
    run = room.run()
    assert run.green
    assert set(run.drafts[-1].files("module")) == {"lib/doubler.py"}
    assert run.drafts[-1].edits == ()
    assert len(endpoint.requests) <= 3
