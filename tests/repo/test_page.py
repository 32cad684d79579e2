"""The description for a pull request: complete, and nothing in it can pass for markup."""

from __future__ import annotations

import pytest
from repositories import PACKAGE, draft, evidence, repository, spec

from workbench.records import Conformance, Deviation, Note, TestResult, Trial, Verdict
from workbench.repo import hunks, page, study

FILES = {"src/pocketnet/models/text_classifier.py": "class TextClassifier: ...\n"}


@pytest.fixture
def known(tmp_path):
    return study(repository(tmp_path / "target", PACKAGE))


def test_it_says_what_a_reviewer_wants_to_know(known):
    notes = (
        Note(kind="assumption", text="Ten classes.", reason="It says so.", about="num_classes"),
        Note(kind="improvement", text="Wider.", reason="Better.", about="mlp.py"),
    )
    asked, what = spec(), draft(FILES, notes=notes, summary="A classifier.")
    report = evidence(asked, what, tests=(TestResult(id="test_it", outcome="passed"),))
    deviation = Deviation(rule="quotes", path="a.py", line=3, seen="single", expected="double")
    made = page(
        known,
        asked,
        what,
        report,
        hunks=hunks(known, asked, what),
        trial=Trial(passed=3, complete=True),
        conformance=Conformance(score=0.97, deviations=(deviation,)),
    )
    assert made.startswith("# Add TextClassifier\n")
    for part in (
        "| R1 | batch independent | passed | no leak |",
        "1 of 1 passed",
        "0.970",
        "Ten classes.",
        "## Improvements",
        "| a.py:3 | quotes | single | double |",
        "tests with this change: 3 passed",
        what.hash,
        asked.hash,
        "> A classifier.",
    ):
        assert part in made, part


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "a | passed |",
        "![x](http://x)",
        "# All passed",
        "`code`",
        "\u202egnp.exe",
        "@everyone",
    ],
)
def test_what_the_code_says_is_text(known, text):
    asked = spec()
    what = draft(FILES, summary=text)
    report = evidence(asked, what)
    verdicts = (*report.verdicts, Verdict(check="finite", outcome="passed", seen=text))
    made = page(known, asked, what, report.model_copy(update={"verdicts": verdicts}))
    rows = [line for line in made.split("\n") if line.startswith("| finite")]
    plain = rows[0].replace("\\|", "")
    assert plain.count("|") == 4
    for raw in ("<img", "![x]", "\n# All", "\u202e", "@everyone", "`code`"):
        assert raw not in made.replace("\\`", "'")
