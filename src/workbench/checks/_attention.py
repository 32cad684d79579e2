"""Finds attention in a graph: by what its weights are, not by what anything is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

_STEPS = 12  # operations between the weights and the product that uses them


@dataclass(frozen=True)
class Attention:
    """One set of attention weights.

    Args:
        node: Where they were computed.
        weights: ``(groups, queries, keys)``.
        depth: How many attentions lie one behind the other up to this one.
        over_keys: Whether they sum to one over the keys, as they should, or over the queries.
        where: ``file:line`` in the draft.
    """

    node: int
    weights: Array
    depth: int
    over_keys: bool
    where: str


@dataclass(frozen=True)
class Layer:
    """Attentions that stand side by side at one depth.

    Args:
        heads: How many sets of weights there are for each example.
        width: How many features of a query meet those of a key; 0 where that was not seen.
        weights: ``(batch, heads, queries, keys)``.
        over_keys: Whether all of them sum to one over the keys.
        where: ``file:line`` in the draft.
    """

    heads: int
    width: int
    weights: Array
    over_keys: bool
    where: str


def layers(subject: Subject, case: Case, *, weights: str | Arrays = "spread") -> list[Layer]:
    """Find the attention layers of a run.

    Weights are what is not negative, sums to one over one of its last two axes, depends on an
    input, and is multiplied with something else that depends on an input. The last axis runs over
    positions: it is as long as the axis before it, or as a declared size.

    Args:
        subject: What is looked at.
        case: The circumstances; its batch must not be empty.
        weights: As for a run.

    Returns:
        The layers in order of depth. Attentions that no output depends on are not counted.
    """
    return _grouped(*attentions(subject, case, weights), case.sizes.get("batch", 1))


def attentions(
    subject: Subject, case: Case, weights: str | Arrays = "spread", *, train: bool = False
) -> tuple[Graph, list[Attention]]:
    """Find all sets of attention weights of a run, and the graph that they stand in.

    Raises:
        CannotLook: Two runs did different operations.
    """
    seen = graph(subject, case, weights=weights, train=train)
    extents = {size for name, size in case.sizes.items() if name != "batch"}
    nodes = [node.number for node in seen.nodes if _may_be_weights(seen, node, extents)]
    if any(number not in seen.kept for number in nodes):
        former, seen = seen, graph(subject, case, weights=weights, whole=nodes, train=train)
        if [node.op for node in seen.nodes] != [node.op for node in former.nodes]:
            raise CannotLook("two runs of the same inputs did different operations")
    return seen, _attentions(seen, nodes)


def _may_be_weights(graph: Graph, node: Node, extents: set[int]) -> bool:
    if node.kind not in ("softmax", "pointwise", "other") or len(node.shape) < 2:
        return False
    queries, keys = node.shape[-2:]
    return (
        node.dtype.startswith(("float", "bfloat"))
        and keys > 1
        and (queries == keys or keys in extents)
        and bool(graph.used >> node.number & 1)
        and graph.varies(node.number)
        and bool(np.all(graph.samples[node.number][: node.size] >= 0))
        and not _repeats_softmax(graph, node)
    )


def _repeats_softmax(graph: Graph, node: Node) -> bool:
    """Whether a node passes on the weights of a softmax, after dropout or the like."""
    near = {graph.bare(source) for source in graph.varying(node)}
    return node.kind != "softmax" and any(graph[n].kind == "softmax" for n in near)


def _attentions(graph: Graph, nodes: Sequence[int]) -> list[Attention]:
    found: list[Attention] = []
    for number in nodes:
        values = graph.kept.get(number)
        axis = None if values is None else _sums_to_one(values)
        if values is None or axis is None or not _weighs(graph, number):
            continue
        near = [other for other in found if graph.comes_from(number, other.node)]
        if any(_same(graph, other.node, number) for other in near):
            continue  # the same weights once more, after dropout or the like
        depth = 1 + max((other.depth for other in near), default=0)
        flat = values.reshape(-1, *values.shape[-2:])
        found.append(Attention(number, flat, depth, axis == -1, graph.where(number)))
    return found


def _sums_to_one(values: Array) -> int | None:
    """Return the axis over which weights sum to one: the last, the one before it, or None."""
    tolerance = 1e-9 if values.dtype == np.float64 else 1e-4
    if values.size and np.all(values >= 0):
        for axis in (-1, -2):
            if np.all(abs(values.sum(axis) - 1) < tolerance):
                return axis
    return None


def _weighs(graph: Graph, number: int) -> bool:
    """Whether the weights meet something that depends on an input in a product."""
    size, front = graph[number].size, {number}
    for _ in range(_STEPS):
        following = set()
        for reader in {reader for node in front for reader in graph.readers[node]}:
            node = graph[reader]
            if node.kind == "product" and len(set(graph.varying(node))) >= 2:
                return True
            if node.kind == "reduce" and any(graph[s].size > size for s in node.sources):
                return True
            if node.kind in ("view", "pointwise", "other"):
                following.add(reader)
        front = following
    return False


def _same(graph: Graph, earlier: int, later: int) -> bool:
    way = graph.between(earlier, later)
    return all(node.kind in ("view", "pointwise", "made") for node in graph.members(way))


def _grouped(graph: Graph, found: Sequence[Attention], batch: int) -> list[Layer]:
    grouped: list[Layer] = []
    for depth in sorted({attention.depth for attention in found}):
        beside = [attention for attention in found if attention.depth == depth]
        shapes = {attention.weights.shape[1:] for attention in beside}
        if len(shapes) > 1:
            raise CannotLook(f"attentions side by side have different lengths: {sorted(shapes)}")
        # (batch, heads of this attention, queries, keys)
        parts = [a.weights.reshape(batch, -1, *a.weights.shape[1:]) for a in beside]
        joined = np.concatenate(parts, axis=1)
        over_keys = all(attention.over_keys for attention in beside)
        width = _width(graph, beside[0].node)
        grouped.append(Layer(joined.shape[1], width, joined, over_keys, beside[0].where))
    return grouped


def _width(graph: Graph, number: int) -> int:
    """Read off the product that gave the scores how many features it summed up."""
    queries, keys = graph[number].shape[-2:]
    for node in reversed(list(graph.members(graph.before(number)))):
        varying = graph.varying(node)
        if node.kind == "product" and len(set(varying)) == 2 and node.shape[-2:] == (queries, keys):
            return int(graph[varying[0]].shape[-1])
    return 0
