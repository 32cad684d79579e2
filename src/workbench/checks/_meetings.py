"""Where queries meet keys, and weights meet values, in a graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Case
from workbench.checks._subject import Subject

_STEPS = 6  # operations between the weights and the product that uses them
_ALIKE = 1e-9


@dataclass(frozen=True)
class Meeting:
    """The product of queries and keys that gave the scores of one softmax."""

    product: Node
    softmax: Node

    def keys(self, graph: Graph) -> int:
        """The node of the keys, ``(..., features, keys)``."""
        return graph.varying(self.product)[1]

    def values(self, graph: Graph) -> int | None:
        """The node of the values that the weights meet, ``(..., keys, features)``."""
        front = {self.softmax.number}
        for _ in range(_STEPS):
            readers = {reader for number in front for reader in graph.readers[number]}
            for reader in sorted(readers):
                operands = graph.varying(graph[reader])
                if graph[reader].kind == "product" and len(operands) == 2 and operands[0] in front:
                    return operands[1]
            front |= {n for n in readers if graph[n].kind in ("view", "pointwise", "other")}
        return None


def weighted_sums(graph: Graph, weights: int, *through: str, steps: int = _STEPS) -> Iterator[int]:
    """Find the products of attention weights with something else that depends on an input.

    Args:
        graph: The graph.
        weights: The node of the weights.
        through: Kinds of operations that may stand between.
        steps: How many of them at most.

    Yields:
        The products, the nearest first.
    """
    front = [weights]
    for _ in range(steps):
        front = [reader for number in front for reader in graph.readers[number]]
        for number in front:
            if graph[number].kind == "product" and len(set(graph.varying(graph[number]))) > 1:
                yield number
        front = [number for number in front if graph[number].kind in through]


def meetings(graph: Graph) -> list[Meeting]:
    """Find the product behind each softmax that an output depends on."""
    found = []
    for softmax in graph.each("softmax"):
        for node in reversed(list(graph.members(graph.before(softmax.number)))):
            varying = graph.varying(node)
            alike = node.shape[-2:] == softmax.shape[-2:]
            if node.kind == "product" and len(set(varying)) == 2 and alike:
                found.append(Meeting(node, softmax))
                break
    return found


def order_of_heads(graph: Graph, number: int | None, batch: int) -> list[int]:
    """Number the heads of an operand by their content: what is repeated has one number.

    Args:
        graph: A graph that kept the operand.
        number: The operand, ``(batch * heads, ...)``.
        batch: How many examples.

    Returns:
        For each head the number of its content, in order of first appearance; nothing where the
        operand is not there.
    """
    values = None if number is None else graph.kept.get(number)
    if values is None or values.ndim < 3:
        return []
    rows = values.reshape(batch, -1, *values.shape[-2:])[0]
    known: dict[bytes, int] = {}
    return [known.setdefault(row.round(9).tobytes(), len(known)) for row in rows]


def values_by_place(subject: Subject, case: Case) -> str:
    """Say where values differ between places although every place has the same content."""
    first = graph(subject, case)
    numbers = [found for m in meetings(first) if (found := m.values(first)) is not None]
    whole = graph(subject, case, whole=sorted(set(numbers)))
    for number in numbers:
        values = whole.kept.get(number)
        if values is not None and values.ndim > 1:
            spread = float(np.ptp(values, axis=-2).max(initial=0.0))
            if spread > _ALIKE * max(1.0, float(np.abs(values).max(initial=0.0))):
                where = whole.where(number)
                return f"values that differ by {spread:.3g} between places" + (
                    f", {where}" if where else ""
                )
    return ""


def projected_alike(subject: Subject, case: Case, axis: str) -> bool:
    """Whether all linear maps before the first scores give the same at every place."""
    first = graph(subject, case)
    met = meetings(first)
    if not met:
        return False
    before = list(first.members(first.before(met[0].product.number)))
    linear = [node.number for node in before if first.is_linear(node)]
    whole = graph(subject, case, whole=linear)
    time = case.sizes[axis]
    looked = False
    for number in linear:
        values = whole.kept.get(number)
        if values is None or values.size % time:
            return False
        rows = values.reshape(-1, values.shape[-1])  # (batch * time, features)
        rows = rows.reshape(-1, time, rows.shape[-1]) if len(rows) % time == 0 else rows[None]
        if np.ptp(rows, axis=1).max() > _ALIKE * max(1.0, float(np.abs(rows).max())):
            return False
        looked = True
    return looked
