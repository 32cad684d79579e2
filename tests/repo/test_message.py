"""What a commit says of the tests in it: what they notice, and which test is missing."""

from __future__ import annotations

from workbench.records import Kill, KillTable, Mutant, Report, TestResult
from workbench.repo._message import _kills

PADDED = "Pad an input, and assert that the output is as before."


def kill(name: str, outcome: str, **fields: object) -> Kill:
    mutant = Mutant(id=name, operator="o", path="m.py", line=1, what=f"{name} is wrong.")
    return Kill(mutant=mutant, outcome=outcome, **fields)


def told(*, whole: bool) -> str:
    kills = (
        kill("scale", "killed", by=("t.py::test_a", "t.py::test_b")),
        kill("mask", "survived", suggestion=PADDED),
    )
    tests = tuple(TestResult(id=f"t.py::test_{n}", outcome="passed") for n in "abc")
    table = KillTable(kills=kills, tests=tests, whole=whole)
    return " ".join(_kills(Report(spec_hash="s", draft_hash="d", kills=table)).split())


def test_a_survivor_has_its_missing_test_and_a_test_what_it_notices():
    text = told(whole=True)
    assert "mask: mask is wrong. Missing test: " + PADDED in text
    assert "Would fail if: - test_a: scale is wrong." in text
    assert "1 of the 3 tests would notice as much." in text
    assert "test_c" not in text


def test_a_table_that_ended_at_the_first_killer_claims_no_economy():
    assert "would notice as much" not in told(whole=False)
