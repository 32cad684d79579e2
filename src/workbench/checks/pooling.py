"""Positions become one vector in the way that the spec names.

Why: Mean, maximum and first position give the same shapes; which one it is decides what the model
looks at, and a mean over padding is none.
Fix: Reduce over the positions that are real: their mean, their maximum, or the first of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
_WAYS: dict[str, Callable[[Array], Array]] = {
    # (batch, positions, features) -> (batch, features)
    "mean": lambda x: x.mean(1),
    "first": lambda x: x[:, 0],
    "last": lambda x: x[:, -1],
    "max": lambda x: x.max(1),
    "sum": lambda x: x.sum(1),
}
_LAST = 60  # nodes before the output; a summary that lies further back is not the last one
DECIDES = {"pooling": (*_WAYS, "none")}
COST = 33


def check(subject: Subject) -> Decision:
    """Find a vector per example that equals a known summary of the positions behind it."""
    case = subject.bare()
    first = graph(subject, case)
    batch = case.sizes.get("batch", 1)
    nodes = [node for node in first.nodes if _is_candidate(first, node, batch)][-_LAST:]
    second = graph(subject, case, whole=[node.number for node in nodes])
    seen, where = _latest(second, nodes, tolerance(case.dtype))
    words = {
        "none": "no vector that is the mean, maximum, sum, first or last of positions",
        "first": "the first position alone",
        "last": "the last position alone",
    }.get(seen, f"the {seen} over positions")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return chosen(subject, seen, words, conditions, where=where)


def _is_candidate(graph: Graph, node: Node, batch: int) -> bool:
    return (
        bool(graph.used >> node.number & 1)
        and node.dtype.startswith(("float", "bfloat"))
        and len(node.shape) >= 2
        and node.shape[0] == batch
        and graph.varies(node.number)
    )


def _latest(graph: Graph, nodes: list[Node], tolerance: float) -> tuple[str, str]:
    """Return the last summary on the way to the output, and its line."""
    wide = [node for node in nodes if len(node.shape) >= 3]
    for node in reversed(nodes):
        if graph[node.number].size != node.shape[0] * max(node.shape[1:]):
            continue  # more than one vector for each example
        vector = graph.kept[node.number].reshape(node.shape[0], -1)
        for source in reversed(wide):
            if source.size <= node.size or not graph.comes_from(node.number, source.number):
                continue
            way = _way(graph.kept[source.number], vector, tolerance)
            if way:
                return way, graph.where(node.number)
    return "none", ""


def _way(values: Array, vector: Array, tolerance: float) -> str:
    rows = [values.reshape(values.shape[0], -1, values.shape[-1])]  # features last
    rows.append(np.moveaxis(values.reshape(*values.shape[:2], -1), 1, 2))  # features second
    for positions in rows:
        if positions.shape[2] == vector.shape[1] and positions.shape[1] > 1:
            for name, summary in _WAYS.items():
                if apart(summary(positions), vector) <= tolerance:
                    return name
    return ""
