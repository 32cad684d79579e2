"""Tensor lines, ranges of sizes and requirement lines."""

from __future__ import annotations

import pytest

from workbench.errors import SpecError
from workbench.spec._requirement import parse_requirement
from workbench.spec._size import parse_size
from workbench.spec._tensor import parse_tensor


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("int64 batch time", "not a tensor line"),
        ('int64 "batch time', "not a tensor line"),
        ('flot "batch"', "did you mean 'float'"),
        ('float "batch __import__()"', "no function"),
        ('float "batch time" in 3', "not a tensor line"),
        ("", "not a tensor line"),
        (7, "not a tensor line"),
    ],
)
def test_a_wrong_tensor_line_says_what_is_legal(line, said):
    with pytest.raises(SpecError, match=said):
        parse_tensor("x", line)


def test_a_wrong_argument_name_is_refused():
    with pytest.raises(SpecError, match="argument name"):
        parse_tensor("x y", 'float "batch"')


def test_a_tensor_line_says_type_axes_bounds_and_whether_it_may_be_absent():
    tensor = parse_tensor("tokens?", 'int64 "batch time+1 2*heads" in 0..vocab-1')
    assert (tensor.name, tensor.dtype, tensor.optional) == ("tokens", "int64", True)
    assert tensor.names == {"batch", "time", "heads", "vocab"}
    assert tensor.shape({"batch": 2, "time": 4, "heads": 3}) == (2, 5, 6)
    assert tensor.high is not None
    assert tensor.high.value({"vocab": 10}) == 9
    assert str(tensor) == 'int64 "batch time+1 2*heads" in 0..vocab-1'


def test_jaxtyping_axes_of_every_kind():
    tensor = parse_tensor("x", 'float "*lead #batch _ 3 ..."')
    assert [axis.kind for axis in tensor.axes] == ["several", "size", "any", "size", "several"]
    assert tensor.axes[1].broadcast
    assert tensor.shape({"batch": 4, "lead": (5, 6), "_": 7}) == (5, 6, 4, 7, 3)


def test_a_scalar_has_no_axes():
    assert parse_tensor("loss", 'float ""').shape({}) == ()


@pytest.mark.parametrize("text", ["5-9", "", "..", True, [1, 2], "1...x("])
def test_a_wrong_range_says_what_is_legal(text):
    with pytest.raises(SpecError):
        parse_size("batch", text)


@pytest.mark.parametrize("text", ["9..3", "-2..4", "1..8 step 0"])
def test_an_empty_range_is_refused_when_it_is_computed(text):
    with pytest.raises(SpecError, match="needs 0 <= low <= high"):
        parse_size("batch", text).bounds({})


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("0..64", (0, 64, 1)),
        (8, (8, 8, 1)),
        ("1..n*2", (1, 10, 1)),
        ("32..100 step 32", (32, 96, 32)),
    ],
)
def test_ranges(text, bounds):
    size = parse_size("side", text)
    assert size.bounds({"n": 5}) == bounds
    assert parse_size("side", str(size)) == size


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("1", "causal"),
        ("R0", "causal"),
        ("R1", ""),
        ("R1", 3),
        ("R1", "Heads == 3"),
        ("R1", "a == b("),
        ("R1", "== 3"),
    ],
)
def test_a_wrong_requirement_is_refused(identifier, text):
    with pytest.raises(SpecError):
        parse_requirement(identifier, text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("attention heads == num_heads", ("attention heads", "==", "num_heads", "", "")),
        ("parameters  <=  3*a + 1", ("parameters", "<=", "3*a + 1", "", "")),
        ("padding invariant under mask", ("padding invariant", "", "", "mask", "")),
        ("causal over time", ("causal", "", "", "", "time")),
        ("causal under mask over time", ("causal", "", "", "mask", "time")),
        ("batch independent", ("batch independent", "", "", "", "")),
    ],
)
def test_requirements(text, parts):
    line = parse_requirement("R12", text)
    assert (line.phrase, line.comparison, line.right, line.under, line.over) == parts


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("runs conv 3x3, rellu", "did you mean 'relu'"),
        ("runs conv 3x3,, relu", "empty place"),
        ("runs 2 * (conv 3x3, relu", "bracket"),
        ("runs conv 3x3), relu", "bracket"),
        ("runs conv 3x3 stride", "says no number"),
        ("runs conv 3x3 strid 2", "says nothing"),
        ("runs __import__('os') * relu", "no function"),
        ("runs " + "relu, " * 500 + "relu", "characters"),
    ],
)
def test_a_wrong_order_of_operations_says_what_is_legal(line, said):
    with pytest.raises(SpecError, match=said):
        parse_requirement("R1", line)


def test_an_order_repeats_chooses_and_leaves_open():
    line = parse_requirement(
        "R1", "Block runs (depth - 1) * (3x3 conv stride any, relu | gelu), ..."
    )
    assert (line.of, line.phrase, line.of_part) == ("Block", "runs", True)
    assert line.sequence is not None
    assert line.sequence.names == {"depth"}
    ((repeat, rest),) = line.sequence.choices
    assert repeat.times({"depth": 3}) == 2
    (conv, relu), (gelu,) = repeat.choices
    assert (conv.name, [size.text for size in conv.size]) == ("conv", ["3", "3"])
    assert conv.settings == {"stride": None}
    assert (relu.name, gelu.name, rest.name) == ("relu", "gelu", "...")
    with pytest.raises(SpecError, match="no number of times"):
        repeat.times({"depth": 0})
