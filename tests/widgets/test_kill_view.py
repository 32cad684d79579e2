from __future__ import annotations

from workbench.records import Kill, KillTable, Mutant, Report, TestResult, Verdict
from workbench.widgets import view


def kill(outcome: str, line: int, **fields: object) -> Kill:
    mutant = Mutant(
        id=f"op@m.py:{line}",
        operator="op",
        path="m.py",
        line=line,
        what=f"the mask is dropped at {line}",
        why="it is easy to forget",
        fix="pad an input and compare",
        diff="-attn_mask=mask\n+attn_mask=None",
    )
    return Kill(mutant=mutant, outcome=outcome, **fields)


TABLE = KillTable(
    kills=(
        kill("killed", 1, by=("a", "b", "c", "d"), how="assertion"),
        kill("survived", 2),
        kill("equivalent", 3, reason="the same outputs"),
    ),
    tests=(TestResult(id="a", outcome="passed"), TestResult(id="idle", outcome="passed")),
    whole=True,
)


def test_survivors_come_first_and_say_which_test_is_missing() -> None:
    shown = view(TABLE)
    html = shown._repr_html_()
    assert html.index("dropped at 2") < html.index("dropped at 1") < html.index("dropped at 3")
    assert "no test; pad an input and compare" in html
    assert repr(shown).splitlines() == [
        "kill table: 1 of 2 mistakes noticed, 1 without a difference",
        "  survived m.py:2 the mask is dropped at 2",
    ]


def test_a_survivor_shows_the_test_that_would_notice_it() -> None:
    asked = kill("survived", 4, suggestion="Ask for one example, and assert its shape.")
    shown = view(TABLE.model_copy(update={"kills": (*TABLE.kills, asked)}))
    assert "no test; Ask for one example, and assert its shape." in shown._repr_html_()
    assert "    missing test: Ask for one example, and assert its shape." in repr(shown)
    assert "The fewest tests that notice as much" in shown._repr_html_()


def test_each_row_holds_change_place_and_tests() -> None:
    html = view(TABLE)._repr_html_()
    words = ["m.py:1", "+attn_mask=None", "it is easy to forget", "and 1 more", "by assertion"]
    assert [word for word in words if word not in html] == []
    assert "Tests that notice nothing" in html


def test_no_table_says_why() -> None:
    assert "no operator fits" in repr(view(KillTable(reason="no operator fits")))


def test_a_report_shows_the_table_and_opens_it_for_survivors() -> None:
    verdict = Verdict(check="builds", outcome="passed")
    report = Report(spec_hash="s", draft_hash="d", verdicts=(verdict,), kills=TABLE)
    shown = view(report)
    assert "1 of 2 mistakes noticed" in repr(shown)
    assert "What the tests notice" in shown._repr_html_()


def test_a_hostile_mutant_is_text() -> None:
    hostile = "</pre><script>steal()</script>"
    mutant = Mutant(id="x", operator=hostile, path=hostile, line=1, diff=f"-{hostile}")
    table = KillTable(kills=(Kill(mutant=mutant, outcome="survived", reason=hostile),))
    assert "<script" not in view(table)._repr_html_()
