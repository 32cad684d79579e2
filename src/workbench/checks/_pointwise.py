"""Recognises functions that are applied to each element, however they are written."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.checks._graph import Graph, Node
from workbench.checks._inputs import Array

_erf = np.vectorize(math.erf, otypes=[float])


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _gelu_tanh(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _selu(x: Array) -> Array:
    return 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, 0),
    "gelu": lambda x: 0.5 * x * (1 + _erf(x / math.sqrt(2))),
    "gelu (tanh form)": _gelu_tanh,
    "quick gelu": lambda x: x * _sigmoid(1.702 * x),
    "silu": lambda x: x * _sigmoid(x),
    "leaky relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": _selu,
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "relu6": lambda x: np.clip(x, 0, 6),
    "squared relu": lambda x: np.maximum(x, 0) ** 2,
    "sigmoid": _sigmoid,
    "hardsigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "tanh": np.tanh,
}
GATES = frozenset({"sigmoid", "hardsigmoid", "tanh"})


@dataclass(frozen=True)
class Applied:
    """One function that a run applied to each element of something.

    Args:
        name: A key of `FUNCTIONS`, ``leaky relu slope 0.2`` or the like, or ``other``.
        root: The node it was applied to.
        node: The node of the result.
    """

    name: str
    root: int
    node: int


def applied(graph: Graph) -> list[Applied]:
    """Find every function of one variable that is no straight line.

    ``0.5 * x * (1 + erf(x / sqrt(2)))`` is five operations and one function: as long as all
    operands come from the same tensor, or are plain numbers, it goes on.

    Args:
        graph: The graph of a run.

    Returns:
        The functions, in order.
    """
    roots: dict[int, int] = {}
    for node in graph.nodes:
        root = _root(graph, node, roots)
        if root is not None:
            roots[node.number] = root
    inner = {
        graph.in_order(source)
        for number, root in roots.items()
        for source in graph[number].sources
        if roots.get(graph.in_order(source)) == root
    }
    ends = [n for n in roots if n not in inner and graph.used >> n & 1]
    found = [Applied(_name(graph, roots[n], n), roots[n], n) for n in ends]
    return [each for each in found if each.name != "line"]


def _root(graph: Graph, node: Node, roots: dict[int, int]) -> int | None:
    """Return the tensor that a pointwise result is a function of, where it is only one."""
    if node.kind != "pointwise" or not node.dtype.startswith(("float", "bfloat")):
        return None
    found = set()
    for source in node.sources:
        if not graph.varies(source):
            if graph[source].size != 1:
                return None
            continue
        bare = graph.in_order(source)
        found.add(roots.get(bare, bare))
    if len(found) != 1 or graph[next(iter(found))].size != node.size:
        return None
    return found.pop()


def _name(graph: Graph, root: int, node: int) -> str:
    x, y = graph.samples[root], graph.samples[node]
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 4 or np.ptp(x) == 0:
        return "line"
    line = np.stack([x, np.ones_like(x)], axis=1)
    scale = max(1.0, float(np.abs(y).max()))
    tolerance = scale * (1e-9 if graph[root].dtype == "float64" else 1e-5)
    fit, *_ = np.linalg.lstsq(line, y, rcond=None)
    if np.abs(line @ fit - y).max() <= tolerance:
        # A rectifier that only saw positive values looks like a line.
        return "relu" if graph[node].op.rstrip("_") == "relu" else "line"
    with np.errstate(over="ignore"):
        for name, function in FUNCTIONS.items():
            if np.abs(function(x) - y).max() <= tolerance:
                # Where no value came near the upper end, an operation with two ends tells it.
                ended = graph[node].op.rstrip("_") in ("hardtanh", "clamp")
                return "relu6" if name == "relu" and ended else name
    return _leaky(x, y, tolerance) or "other"


def _leaky(x: Array, y: Array, tolerance: float) -> str:
    """Name a rectifier with a slope below zero that is not the usual one."""
    below = x < 0
    if not below.any() or below.all():
        return ""
    with np.errstate(all="ignore"):
        slope = float((y[below] @ x[below]) / (x[below] @ x[below]))
        same = np.abs(np.where(below, slope * x, x) - y).max() <= tolerance
    return f"leaky relu slope {slope:.6g}" if same else ""
