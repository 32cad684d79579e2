"""Functions are recognised by their values, however many operations they are made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from workbench.checks._graph import Graph, Node
from workbench.checks._pointwise import FUNCTIONS, applied

THEIRS = {
    "relu": F.relu,
    "gelu": F.gelu,
    "gelu (tanh form)": lambda x: F.gelu(x, approximate="tanh"),
    "quick gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "silu": F.silu,
    "leaky relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "mish": F.mish,
    "softplus": F.softplus,
    "hardswish": F.hardswish,
    "relu6": F.relu6,
    "squared relu": lambda x: F.relu(x) ** 2,
    "sigmoid": torch.sigmoid,
    "hardsigmoid": F.hardsigmoid,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_computes_what_the_library_does(name: str):
    x = np.linspace(-8, 8, 101)
    np.testing.assert_allclose(
        FUNCTIONS[name](x), THEIRS[name](torch.from_numpy(x)).numpy(), atol=1e-12
    )


def test_no_two_functions_agree():
    x = np.linspace(-8, 8, 101)
    values = [FUNCTIONS[name](x) for name in FUNCTIONS]
    for at, one in enumerate(values):
        for other in values[at + 1 :]:
            assert np.abs(one - other).max() > 1e-4


def chain(*steps: tuple[str, tuple[int, ...], np.ndarray]) -> Graph:
    """Make a graph of pointwise steps behind one input; each is (operator, sources, values)."""
    x = np.linspace(-3, 3, 64)
    empty = np.array([], np.int64)
    columns = dict.fromkeys(("kind", "op", "name", "dtype", "line", "scope", "in"), empty)
    columns |= {"shape": empty, "in_ends": empty, "shape_ends": empty}
    graph = Graph(
        {
            "columns": {**columns, "words": [], "settings": {}},
            "samples": np.stack([x, *(values for _, _, values in steps)]),
            "kept": {},
            "outputs": {"y": len(steps)},
        }
    )
    kinds = [("input", "", ())] + [("pointwise", op, sources) for op, sources, _ in steps]
    for number, (kind, op, sources) in enumerate(kinds):
        graph.nodes.append(Node(number, kind, op, "", sources, (64,), "float64", "", "", {}))
        graph.readers.append([])
    return graph


def test_a_function_of_several_operations_is_one():
    x = np.linspace(-3, 3, 64)
    gate = 1 / (1 + np.exp(-x))
    found = applied(chain(("sigmoid", (0,), gate), ("mul", (0, 1), x * gate)))
    assert [(each.name, each.node) for each in found] == [("silu", 2)]


def test_a_straight_line_is_no_function_and_an_unknown_one_has_no_name():
    x = np.linspace(-3, 3, 64)
    assert applied(chain(("mul", (0,), 2 * x), ("add", (1,), 2 * x + 1))) == []
    assert [each.name for each in applied(chain(("sin", (0,), np.sin(x))))] == ["other"]
