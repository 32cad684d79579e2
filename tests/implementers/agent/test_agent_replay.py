from __future__ import annotations

import json
import subprocess
import sys

import pytest
from agent_room import SPEC, check, good_story

from workbench.errors import UsageError
from workbench.implementers import replay
from workbench.journal import FILE_NAME, Journal
from workbench.records import Verdict
from workbench.spec import loads


@pytest.fixture
def recording(room, tmp_path):
    """A journal as a session writes it, of a run that was red and then green."""
    room.script(*good_story())
    run = room.run()
    journal = Journal(tmp_path / "recording")
    journal.write("started", spec=room.spec.model_dump(mode="json"), tier="full")
    said = [
        {key: value for key, value in e.items() if key not in {"event", "time"}} for e in room.said
    ]
    for number, (draft, report) in enumerate(zip(run.drafts, run.reports, strict=True)):
        for event in said[number * 10 : number * 10 + 10]:
            journal.write("said", **event)
        journal.write("drafted", hash=draft.hash, draft=draft.model_dump(mode="json"))
        journal.write("reported", draft=draft.hash, report=report.model_dump(mode="json"))
    journal.write("said", **said[-1])
    journal.write("finished", green=True)
    journal.close()
    return journal.folder


def _replay(room, recording, judge=check, told=None):
    tell = told.append if told is not None else None
    steps = replay.implement(
        room.spec, room.study, room.target, recording=str(recording), tell=tell
    )
    drafts, report = [], None
    try:
        while True:
            drafts.append(next(steps) if report is None else steps.send(report))
            report = judge(room.spec, drafts[-1])
    except StopIteration:
        return drafts


def test_a_recording_is_offered_again_with_its_words(room, recording):
    told = []
    drafts = _replay(room, recording, told=told)
    assert [draft.wants for draft in drafts] == ["live", "full"]
    assert {draft.implementer for draft in drafts} == {"replay"}
    assert check(room.spec, drafts[-1]).green
    assert told[0]["kind"] == "agent"
    assert told[-1]["kind"] == "end"
    assert all(event["replayed"] for event in told)
    assert not any(event["kind"] == "message" for event in told)
    assert _replay(room, recording / FILE_NAME) == drafts


def test_a_verdict_that_differs_is_named(room, recording):
    def laxer(spec, draft):
        report = check(spec, draft)
        verdicts = [v.model_copy(update={"outcome": "passed"}) for v in report.verdicts]
        return report.model_copy(update={"verdicts": tuple(verdicts)})

    with pytest.raises(UsageError, match="drifted at draft 1") as caught:
        _replay(room, recording, judge=laxer)
    assert "R1 parameter_count was failed when it was recorded and is passed now" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("verdicts", "said"), [(slice(1), "not reached now"), (slice(0), "builds")]
)
def test_a_verdict_that_is_missing_is_named(room, recording, verdicts, said):
    def fewer(spec, draft):
        report = check(spec, draft)
        return report.model_copy(update={"verdicts": report.verdicts[verdicts]})

    with pytest.raises(UsageError, match=said):
        _replay(room, recording, judge=fewer)


@pytest.mark.parametrize("outcome", ["passed", "failed", "inconclusive"])
def test_a_newer_check_is_drift_where_it_stands_against_the_draft(room, recording, outcome):
    def stricter(spec, draft):
        report = check(spec, draft)
        newer = Verdict(check="newer", outcome=outcome)
        return report.model_copy(update={"verdicts": (*report.verdicts, newer)})

    if outcome == "passed":
        assert _replay(room, recording, judge=stricter)
    else:
        said = f"newer was not reached when it was recorded and is {outcome} now"
        with pytest.raises(UsageError, match=said):
            _replay(room, recording, judge=stricter)


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_a_check_that_could_not_look_by_then_is_drift_where_it_fails_now(room, recording, outcome):
    path = recording / FILE_NAME
    blind = path.read_text().replace('"outcome": "passed"', '"outcome": "inconclusive"')
    path.write_text(blind)

    def seeing(spec, draft):
        report = check(spec, draft)
        verdicts = [
            v.model_copy(update={"outcome": outcome}) if v.outcome == "passed" else v
            for v in report.verdicts
        ]
        return report.model_copy(update={"verdicts": tuple(verdicts)})

    assert '"inconclusive"' in blind
    if outcome == "passed":
        assert _replay(room, recording, judge=seeing)
    else:
        with pytest.raises(UsageError, match="was inconclusive when it was recorded and is failed"):
            _replay(room, recording, judge=seeing)


def test_another_spec_is_refused(room, recording):
    room.spec = loads(SPEC.replace("features: 4", "features: 5"))
    with pytest.raises(UsageError, match=r"of another spec \(Doubler; different: options"):
        _replay(room, recording)


def _lines(recording):
    return (recording / FILE_NAME).read_text().split("\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: ["x", *lines], "line 1 is no event"),
        (lambda lines: lines[1:], "holds no session"),
        (lambda lines: [li for li in lines if '"reported"' not in li], "nothing to replay"),
        (lambda lines: [li for li in lines if '"drafted"' not in li], "does not hold"),
        (lambda lines: [li.replace('"cells"', '"sells"') for li in lines], "another version"),
    ],
)
def test_a_damaged_recording_says_what_is_wrong(room, recording, damage, said):
    (recording / FILE_NAME).write_text("\n".join(damage(_lines(recording))))
    with pytest.raises(UsageError, match=said):
        _replay(room, recording)


def test_a_recording_that_is_not_there_is_named(room, tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        _replay(room, tmp_path / "gone")


REPLAY = """
import json, socket, sys
class Closed(socket.socket):
    def connect(self, *a): raise AssertionError("the network was used")
socket.socket = Closed
sys.modules["anthropic"] = None  # an import of it is an error from here on
from workbench.implementers import replay
from workbench.records import Report
from workbench.spec import Spec
spec = Spec.model_validate(json.loads(sys.argv[2]))
steps = replay.implement(spec, None, None, recording=sys.argv[1])
reports = [json.loads(line)["report"] for line in open(sys.argv[1] + "/journal.jsonl")
           if '"event": "reported"' in line]
draft, count = next(steps), 1
for report in reports:
    try:
        draft = steps.send(Report.model_validate(report)); count += 1
    except StopIteration:
        print("replayed", count)
"""


def test_a_replay_needs_no_key_no_network_and_no_sdk(room, recording):
    spec = json.dumps(room.spec.model_dump(mode="json"))
    command = [sys.executable, "-c", REPLAY, str(recording), spec]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": ""})
    assert done.stdout.strip() == "replayed 2", done.stderr
