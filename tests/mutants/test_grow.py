"""Mutants have names that stay, say something else than the original, and change one place."""

from __future__ import annotations

import ast
import textwrap

import pytest

from workbench import registry
from workbench.errors import UsageError
from workbench.mutants import Code, grow, reached, spread

SOURCE = textwrap.dedent(
    '''
    """Attention, scaled by 1 / sqrt(8)."""

    import logging
    import math

    from torch import nn

    logger = logging.getLogger(__name__)


    class Attention(nn.Module):
        """Gather 3 things."""

        def __init__(self, width: int = 4, heads: "tuple[int, 2]" = 2) -> None:
            super().__init__()
            if width % heads:
                raise ValueError(f"width {width + 0} is no multiple of {heads}")
            self.heads, self.norm = heads, nn.LayerNorm(width)
            logger.info("built %d", width + 1)

        def forward(self, x, mask=None):
            größe = math.sqrt(x.shape[-1])  # a name with letters of more than one byte
            scores = x @ x.transpose(-2, -1) / größe
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None, :], -math.inf)
            return x + self.norm(scores.softmax(-1) @ x)

        def extra_repr(self) -> str:
            return f"{self.heads}" + str(1 + 1)
    '''
).lstrip()


def test_the_same_source_has_the_same_mutants():
    first, second = (grow({"a.py": SOURCE}) for _ in range(2))
    assert first == second
    assert len({one.mutant.id for one in first}) == len(first)


def test_every_mutant_compiles_and_says_something_else():
    grown = grow({"a.py": SOURCE})
    said = [ast.dump(ast.parse(one.source)) for one in grown]
    assert ast.dump(ast.parse(SOURCE)) not in said
    assert len(set(said)) == len(said)
    for one in grown:
        compile(one.source, "mutant", "exec")
        compile(one.alarm, "alarm", "exec")


def test_a_mutant_changes_one_place():
    for one in grow({"a.py": SOURCE}):
        before, after = SOURCE.splitlines(), one.source.splitlines()
        changed = [line for line in before if line not in after]
        assert len(changed) <= 1, one.mutant.diff
        assert one.mutant.diff.startswith("--- a/a.py\n+++ b/a.py\n@@ ")
        assert not changed or before[one.mutant.line - 1] == changed[0]


@pytest.mark.parametrize(
    "text", ["1 / sqrt(8)", "Gather 3", '"tuple[int', "no multiple", "built %d", "str(1 + 1)"]
)
def test_what_only_people_read_stays(text):
    for one in grow({"a.py": SOURCE}):
        assert text in one.source or one.mutant.operator == "raise_deleted", one.mutant.diff


def test_what_names_a_concept_comes_first():
    ranks = [registry.load("mutants", g.mutant.operator).RANK for g in grow({"a.py": SOURCE})]
    assert ranks == sorted(ranks)
    assert {0, 1, 2} == set(ranks)


def test_ids_name_operator_file_line_and_place():
    grown = grow({"b/c.py": "x = 1 < 2\n"}, ["comparison_changed"])
    ids = [one.mutant.id for one in grown]
    assert ids == ["comparison_changed@b/c.py:1", "comparison_changed@b/c.py:1:2"]
    assert [one.source for one in grown] == ["x = 1 <= 2\n", "x = 1 >= 2\n"]


def test_the_alarm_stands_where_the_mutant_does():
    (one,) = grow({"a.py": "def f(x):\n    return (x + 1) * 2\n"}, ["arithmetic_changed"])[1:]
    assert one.source == "def f(x):\n    return (x - 1) * 2\n"
    assert one.alarm == "def f(x):\n    return (1 / 0) * 2\n"


def test_a_guard_is_known_as_one():
    source = "def f(x):\n    if x < 0:\n        raise ValueError\n    return x < 5\n"
    guards = {one.mutant.line: one.guard for one in grow({"a.py": source}, ["comparison_changed"])}
    assert guards == {2: True, 4: False}


def test_a_choice_of_mutants_has_as_many_operators_as_possible():
    grown = grow({"a.py": SOURCE})
    operators = {one.mutant.operator for one in grown}
    chosen = spread(grown, len(operators))
    assert {one.mutant.operator for one in chosen} == operators
    assert [one for one in grown if one in chosen] == chosen
    assert spread(grown, 10**6) == grown
    assert spread(grown, 0) == []


def test_an_operator_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'mask_dropped'"):
        grow({"a.py": SOURCE}, ["mask_droped"])


def test_what_is_no_python_is_refused():
    with pytest.raises(SyntaxError):
        grow({"a.py": "def"})


def test_line_ends_of_other_systems_are_read():
    grown = grow({"a.py": "x = 1\r\ny = 2\r\n"}, ["constant_changed"])
    assert [one.source for one in grown] == ["x = 2\ny = 2\n", "x = 1\ny = 3\n"]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("y = 2 * x\n", "a + b", "y = 2 * (a + b)\n"),
        ("y = x\n", "a + b", "y = a + b\n"),
        ("y = f(x, 1)\n", "a or b", "y = f(a or b, 1)\n"),
        ("y = (\n    x\n)\n", "a +\n b", "y = (\n    (a +\n b)\n)\n"),
        ("y = x.z\n", "a[0]", "y = a[0].z\n"),
        ("y = (x) * 2\n", "a + b", "y = (a + b) * 2\n"),
    ],
)
def test_brackets_are_added_where_they_are_needed(source, text, expected):
    code = Code(source)
    name = next(node for node in code.nodes(ast.Name) if node.id == "x")
    assert code.swap(name, text).source == expected


def test_the_blueprints_keep_their_mutants_apart_from_their_prose():
    source = registry.source("blueprints", "relative_attention")
    found = {one.mutant.operator for one in grow({"blueprint.py": source})}
    expected = {"mask_dropped", "scale_dropped", "heads_mixed", "rotation_wrong", "softmax_axis"}
    assert expected <= found


def test_only_what_a_class_reaches_is_its_tests_job():
    source = """LIMIT = 3

def shared(x):
    return x

class Base:
    def forward(self, x):
        return shared(x)

@decorated
class Other(Base):
    pass

class Chosen(Base):
    pass
"""
    assert {1, 3, 4, 6, 7, 8, 14, 15} <= reached(source, "Chosen")
    assert not {10, 11, 12} & reached(source, "Chosen")
    assert 11 in reached(source, "elsewhere")
