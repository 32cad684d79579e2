from __future__ import annotations

from workbench.implementers._agent import reports
from workbench.records import Cell, Draft, Kill, KillTable, Mutant, Report, TestResult, Verdict

DRAFT = Draft(
    implementer="test",
    module="nets.gate",
    cells=(Cell(id="gate", role="module", path="nets/gate.py", source="a = 1\n"),),
)
DIFF = "--- a/nets/gate.py\n+++ b/nets/gate.py\n@@ -3,2 +3,2 @@\n x\n-    y = a + b\n+    y = a - b"
LOSS = "a limit of the host, not of the draft: it spent more than 20 s"


def report(*verdicts, kills=None, tier="full"):
    return Report(
        spec_hash="s",
        draft_hash=DRAFT.hash,
        environment={},
        device="cpu",
        tier=tier,
        verdicts=verdicts,
        tests=(TestResult(id="t.py::test_a", outcome="passed"),) if tier == "full" else (),
        guarantees={},
        seconds=0.0,
        kills=kills,
    )


def table(*outcomes, reason=""):
    rows = [
        Kill(
            mutant=Mutant(
                id=f"sum@nets/gate.py:{n}", operator="sum", path="nets/gate.py", line=n, diff=DIFF
            ),
            outcome=outcome,
            reason="it differs: y",
        )
        for n, outcome in enumerate(outcomes, start=1)
    ]
    return KillTable(spec_hash="s", draft_hash=DRAFT.hash, kills=tuple(rows), reason=reason)


GOOD = Verdict(check="builds", requirement="", outcome="passed")


def test_a_survivor_is_shown_with_both_lines_and_listed_again():
    first = report(GOOD, kills=table("killed", "survived"))
    said = reports.brief(DRAFT, first, None)
    assert "-    y = a + b" in said
    assert "+    y = a - b" in said
    assert "do not keep a report from being green" in said
    again = reports.brief(DRAFT, first, first)
    assert "survives (as before): sum@nets/gate.py:2" in again


def test_a_mutant_can_be_read_and_a_wrong_id_names_a_few():
    table_of_many = report(GOOD, kills=table(*["killed"] * 50, "survived"))
    assert DIFF in reports.full(table_of_many, "sum@nets/gate.py:51", DRAFT)
    assert reports.full(table_of_many, "mutants", DRAFT) is None
    assert reports.near(table_of_many, "gate.py:5").count("@") <= 8


def test_without_mutants_the_reason_is_said():
    assert "once all else holds" in reports.brief(DRAFT, report(GOOD), None)
    said = reports.brief(DRAFT, report(GOOD, kills=table(reason="no test passes")), None)
    assert "none has met your tests: no test passes" in said


def test_a_limit_of_the_host_is_told_apart_and_repeated_with_its_reason():
    lost = Verdict(
        check="gradient_flow",
        requirement="",
        outcome="inconclusive",
        reason=LOSS,
        conditions={"limit": "time"},
    )
    limited = report(GOOD, lost)
    said = reports.brief(DRAFT, limited, limited)
    assert f"gradient_flow inconclusive: {LOSS}" in said
    assert "nothing to mend" in said
    assert "Fix" not in said


def test_a_live_report_says_what_it_leaves_out():
    said = reports.brief(DRAFT, report(GOOD, tier="live"), None, ["builds", "numerics"])
    assert said.endswith("Left to the full tier: your tests, numerics")
