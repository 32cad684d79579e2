"""What a kill table says of the tests themselves: which are needed, and what each would notice."""

from __future__ import annotations

from workbench.records import Kill, KillTable, Mutant, TestResult


def table(kills: dict[str, list[str]], seconds: dict[str, float], whole: bool = True) -> KillTable:
    rows = [
        Kill(
            mutant=Mutant(id=name, operator="o", path="m.py", line=1, what=f"{name} is wrong."),
            outcome="killed" if by else "survived",
            by=tuple(by),
        )
        for name, by in kills.items()
    ]
    tests = [TestResult(id=name, outcome="passed", seconds=took) for name, took in seconds.items()]
    return KillTable(kills=tuple(rows), tests=tuple(tests), whole=whole)


SECONDS = {"slow": 5.0, "fast": 0.1, "other": 0.2, "idle": 0.1, "spare": 0.3}
KILLS = {
    "a": ["slow", "fast"],
    "b": ["slow", "fast", "spare"],
    "c": ["slow", "other"],
    "d": ["slow"],
    "e": [],
}


def test_the_smallest_set_keeps_every_kill():
    assert table(KILLS, SECONDS).smallest() == ("fast", "other", "slow")
    without = {name: by for name, by in KILLS.items() if name != "d"}
    assert table(without, SECONDS).smallest() == ("fast", "other")


def test_a_budget_leaves_out_what_does_not_fit():
    assert table(KILLS, SECONDS).smallest(1.0) == ("fast", "other")
    assert table(KILLS, SECONDS).smallest(0.15) == ("fast",)
    assert table(KILLS, SECONDS).smallest(0.0) == ()


def test_tests_that_add_nothing_are_named_and_are_not_idle():
    made = table(KILLS, SECONDS)
    assert made.redundant == ("spare",)
    assert made.idle == ("idle",)


def test_what_a_test_would_notice_is_told_once():
    made = table({**KILLS, "f": ["other"]}, SECONDS)
    assert made.would_fail_if("other") == ("c is wrong.", "f is wrong.")
    assert made.would_fail_if("idle") == ()


def test_a_table_that_ended_at_the_first_killer_says_nothing_of_economy():
    made = table(KILLS, SECONDS, whole=False)
    assert made.smallest() is None
    assert made.redundant is None
    assert made.would_fail_if("fast") == ("a is wrong.", "b is wrong.")
