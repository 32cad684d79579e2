"""Attack the one addition to a file that is there: order, quotes, brackets, columns, uniqueness."""

from __future__ import annotations

import ast
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.repo._insertion import edits, insert_element, insert_line, item, occurrences

WIDTH = 88


def _into_all(text: str, name: str, width: int = WIDTH) -> str:
    """Add a name to the list that a text assigns."""
    node = ast.parse(text).body[-1].value
    items = [item(text, one.value, one) for one in node.elts]
    return insert_element(text, items, name, f'"{name}"', width)


def _applied(text: str, changes) -> str:
    for change in changes:
        assert len(occurrences(text, change.before)) == 1 if change.before else not text
        text = text.replace(change.before, change.after) if change.before else change.after
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('A = ["A", "C"]\n', 'A = ["A", "B", "C"]\n'),
        ('A = ["C", "D"]\n', 'A = ["B", "C", "D"]\n'),
        ('A = ["A"]\n', 'A = ["A", "B"]\n'),
        ('A = ["A",]\n', 'A = ["A", "B",]\n'),
        ('A = ("A", "C")\n', 'A = ("A", "B", "C")\n'),
        ('A = ["Z", "A", "M", "C"]\n', 'A = ["Z", "A", "M", "C", "B"]\n'),
        ('A = [\n    "A",\n    "C",\n]\n', 'A = [\n    "A",\n    "B",\n    "C",\n]\n'),
        ('A = [\n    "A",\n]\n', 'A = [\n    "A",\n    "B",\n]\n'),
        ('A = [\n    "A"\n]\n', 'A = [\n    "A",\n    "B",\n]\n'),
        ('A = [\n    "A"]\n', 'A = [\n    "A",\n    "B"]\n'),
        ('A = [\n    "A",  # é\n]\n', 'A = [\n    "A",  # é\n    "B",\n]\n'),
        ('é = ["A", "C"]\n', 'é = ["A", "B", "C"]\n'),
        ('A = [\n  "A", "C",\n  "E"]\n', 'A = [\n  "A", "B", "C",\n  "E"]\n'),
    ],
)
def test_a_name_takes_its_place_in_a_list(text, expected):
    assert _into_all(text, "B") == expected


def test_a_line_that_would_be_too_long_is_broken():
    text = 'A = ["AAAAAAAA", "AAAAAAAB"]\n'
    new = _into_all(text, "B", width=30)
    assert new == 'A = ["AAAAAAAA", "AAAAAAAB",\n     "B"]\n'


@pytest.mark.parametrize(
    ("keys", "key", "place"),
    [
        (["a", "c"], "b", 1),
        (["A", "b", "C"], "B", 2),
        (["MAX", "Alpha", "beta"], "Gamma", 2),
        (["z", "a", "y", "b"], "c", 4),
        (["a", "b", "d", "c", "e", "f", "g"], "dd", 4),
    ],
)
def test_a_line_takes_its_place_among_its_kind(keys, key, place):
    text = "".join(f"import {one}\n" for one in keys)
    among = [item(text, one, node) for one, node in zip(keys, ast.parse(text).body, strict=True)]
    lines = insert_line(text, f"import {key}", key, among).split("\n")
    assert lines.index(f"import {key}") == place


def test_a_line_goes_after_a_statement_of_several_lines():
    text = "from a import (\n    A,\n    B,\n)\nX = 1"
    node = ast.parse(text).body[0]
    assert insert_line(text, "from b import B", "b", [item(text, "a", node)]) == (
        "from a import (\n    A,\n    B,\n)\nfrom b import B\nX = 1"
    )


def test_a_line_after_a_text_without_a_last_line_break():
    text = "from a import A"
    among = [item(text, "a", ast.parse(text).body[0])]
    assert insert_line(text, "from b import B", "b", among) == "from a import A\nfrom b import B\n"


NAMES = st.text(string.ascii_letters + "éß_", min_size=1, max_size=12)


@given(
    st.lists(NAMES, min_size=1, max_size=30, unique=True), NAMES, st.booleans(), st.integers(20, 90)
)
def test_every_list_stays_a_list_with_one_name_more(names, name, lines, width):
    body = "".join(f"    {one!r},\n" for one in names) if lines else ", ".join(map(repr, names))
    text = f"import os\n\n__all__ = [\n{body}]\n" if lines else f"__all__ = [{body}]\n"
    new = _into_all(text, name, width)
    assert sorted(ast.literal_eval(ast.parse(new).body[-1].value)) == sorted([*names, name])
    assert _applied(text, edits("a.py", text, new, "")) == new


@given(st.lists(st.sampled_from(["x\n", "y\n", "\n", "x = 1\n", "z"]), max_size=12), st.data())
def test_every_difference_becomes_changes_whose_place_is_unmistakable(lines, data):
    old = "".join(lines).replace("z", "z\n")
    split = old.splitlines(keepends=True)
    at = data.draw(st.integers(0, len(split)))
    new = "".join([*split[:at], "added\n", *split[at:]])
    assert _applied(old, edits("a.py", old, new, "")) == new


def test_a_form_feed_is_no_line_break():
    text = 'A = "\x0c"\nB = [\n    "A",\n]\n'
    assert _into_all(text, "B") == 'A = "\x0c"\nB = [\n    "A",\n    "B",\n]\n'
