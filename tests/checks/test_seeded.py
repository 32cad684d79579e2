"""Families of code with seeded bugs: they say what they mean, and the good ones trip nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from seeded import Family, families

FAMILIES = families(Path(__file__).parent / "drafts" / "blind")
MODULE = """def double(x):
    # bug tripled: return 3 * x
    # bug+ counted: x += 1
    return (
        2 * x
    )
"""


def test_a_bug_replaces_the_whole_statement_below_it_or_stands_before_it(tmp_path: Path):
    (tmp_path / "double.py").write_text(MODULE)
    (family,) = families(tmp_path)
    results = {}
    for name, source in {"good": family.good, **family.bugs}.items():
        scope: dict[str, object] = {}
        exec(source, scope)
        results[name] = scope["double"](5)  # type: ignore[operator]
    assert results == {"good": 10, "tripled": 15, "counted": 12}


def test_two_bugs_of_one_name_are_refused(tmp_path: Path):
    (tmp_path / "double.py").write_text(MODULE.replace("counted", "tripled"))
    with pytest.raises(ValueError, match="'tripled'"):
        families(tmp_path)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_bug_is_another_program(family: Family):
    programs = {ast.dump(ast.parse(source)) for source in (family.good, *family.bugs.values())}
    assert len(programs) == 1 + len(family.bugs)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_good_module_trips_nothing(family: Family, judged):
    report = judged(family.good, family.contract)
    told = [(v.check, v.outcome, v.seen, v.reason) for v in report.verdicts if not v.good]
    assert not told
