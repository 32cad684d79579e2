from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench import registry
from workbench.records import Report, TestResult, Verdict
from workbench.spec import Spec
from workbench.widgets.report_view import lesson, report_view, verdict_tables


def verdict(requirement: str = "", outcome: str = "passed", **fields: object) -> Verdict:
    return Verdict(check="builds", requirement=requirement, outcome=outcome, **fields)


def test_a_requirement_without_evidence_is_shown_as_open(spec: Spec) -> None:
    report = Report(spec_hash=spec.hash, draft_hash="d", verdicts=(verdict("R1"),))
    shown = report_view(report, spec)
    assert "no evidence yet" in shown._repr_html_()
    assert "open" in repr(shown)
    assert "R2" in repr(shown)


def test_the_report_decides_what_is_green(spec: Spec) -> None:
    green = Report(spec_hash=spec.hash, draft_hash="d", verdicts=(verdict("R1"),))
    red = green.model_copy(update={"verdicts": (verdict("R1", "failed", seen="4 heads"),)})
    assert "✓ green" in report_view(green, spec)._repr_html_()
    assert "✗ not green" in report_view(red, spec)._repr_html_()
    assert repr(report_view(red, spec)).startswith("report: not green, 1 failed")


def test_a_report_on_another_spec_is_shown_as_stale(spec: Spec) -> None:
    report = Report(spec_hash="other", draft_hash="d", verdicts=(verdict("R1"),))
    assert "stale" in report_view(report, spec)._repr_html_()
    assert "stale" not in report_view(report.model_copy(update={"spec_hash": spec.hash}), spec).html


@pytest.mark.parametrize("outcome", Verdict.model_fields["outcome"].annotation.__args__)
def test_every_outcome_has_a_sign_and_its_word(outcome: str) -> None:
    shown = verdict_tables([verdict("R1", outcome)])
    badge = shown.split("wb-badge")[1].split("</span>")[0].partition(">")[2]
    sign, _, word = badge.partition(" ")
    assert word == outcome
    assert sign
    assert not sign.isalnum()


def test_what_failed_is_open_and_holds_all_of_its_evidence() -> None:
    failed = verdict(
        "R1",
        "failed",
        seen="4 heads",
        expected="8 heads",
        where="model.py:7",
        fix="split it",
        conditions={"batch": 3, "seed": 1},
    )
    shown = verdict_tables([failed])
    for words in ("<details open>", "8 heads", "model.py:7", "split it", "batch=3, seed=1"):
        assert words in shown


def test_the_live_table_is_light() -> None:
    many = [verdict("R1", "failed", seen="4 heads", expected="8 heads")] * 3
    assert "<details" not in verdict_tables(many, live=True)
    assert "4 heads" in verdict_tables(many, live=True)


def test_tests_that_did_not_pass_come_first() -> None:
    tests = (
        TestResult(id="test_a", outcome="passed"),
        TestResult(id="test_b", outcome="error", message="no such fixture"),
    )
    report = Report(spec_hash="s", draft_hash="d", tests=tests)
    shown = report_view(report)._repr_html_()
    assert shown.index("test_b") < shown.index("test_a")
    assert "test error: test_b no such fixture" in repr(report_view(report))


@pytest.mark.parametrize("check", registry.members("checks"))
def test_the_lesson_of_a_check_stands_beside_its_verdict(check: str) -> None:
    shown = verdict_tables([Verdict(check=check, outcome="failed", seen="x")])
    taught = lesson(check)
    assert taught
    assert taught.splitlines()[0].split("`")[0].split("'")[0] in shown


def test_a_verdict_of_no_check_of_ours_has_no_lesson() -> None:
    assert lesson("../registry") == ""
    assert lesson("imports") == "" or "imports" in registry.members("checks")


def test_an_empty_report_is_not_green(report: Callable[..., Report]) -> None:
    empty = Report(spec_hash="s", draft_hash="d")
    assert "not green" in report_view(empty)._repr_html_()
    assert "no verdict" in repr(report_view(empty))
