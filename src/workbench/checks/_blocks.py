"""Finds residual connections in a graph: where a stream meets what was computed from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from workbench.checks._graph import Graph, Node


@dataclass(frozen=True)
class Residual:
    """One residual connection.

    Args:
        graph: The graph that it stands in.
        node: The addition.
        skip: The operand that carries the stream on.
        branch: The operand that was computed from the stream.
        start: Where skip and branch part.
    """

    graph: Graph
    node: int
    skip: int
    branch: int
    start: int

    @cached_property
    def inner(self) -> list[Node]:
        """The operations of the branch, in order."""
        bits = self.graph.between(self.start, self.branch) | 1 << self.branch
        return list(self.graph.members(bits))

    @property
    def convolutions(self) -> list[Node]:
        """The convolutions of the branch, in order."""
        return [node for node in self.inner if node.kind == "convolution"]

    @property
    def where(self) -> str:
        """``file:line`` of the addition in the draft."""
        return self.graph.where(self.node)


def residuals(graph: Graph) -> list[Residual]:
    """Find all residual connections that an output depends on.

    An addition is one where one operand is the stream itself, or a projection of it, and the other
    was computed from the same stream by at least one linear map more.

    Args:
        graph: The graph of a run.

    Returns:
        The connections, in order.
    """
    found = (_residual(graph, node) for node in graph.each("pointwise"))
    return [residual for residual in found if residual is not None]


def _residual(graph: Graph, node: Node) -> Residual | None:
    operands = list(dict.fromkeys(graph.bare(source) for source in graph.varying(node)))
    if not node.op.startswith(("add", "sub")) or len(operands) != 2:
        return None
    if any(graph[operand].size != node.size for operand in operands):
        return None
    for skip, branch in (operands, operands[::-1]):
        if graph.comes_from(branch, skip) and _linear(graph, skip, branch):
            return Residual(graph, node.number, skip, branch, skip)
    return _projected(graph, node, operands)


def _linear(graph: Graph, start: int, end: int) -> list[Node]:
    nodes = [*graph.members(graph.between(start, end)), graph[end]]
    return [node for node in nodes if graph.is_linear(node)]


def _projected(graph: Graph, node: Node, operands: list[int]) -> Residual | None:
    """Recognise a skip that is projected by a single 1x1 convolution, or merely pooled."""
    shared = graph.before(operands[0]) & graph.before(operands[1])
    starts = [other.number for other in graph.members(shared) if graph.varies(other.number)]
    if not starts:
        return None
    start = starts[-1]
    counts = [len(_linear(graph, start, operand)) for operand in operands]
    skip, branch = operands if counts[0] <= counts[1] else operands[::-1]
    short = [n for n in _linear(graph, start, skip) if n.kind == "convolution"]
    long = [n for n in _linear(graph, start, branch) if n.kind == "convolution"]
    projected = all(set(n.settings["kernel"]) == {1} for n in short)
    if not projected or len(short) != min(counts) or len(short) > 1 or len(long) < 2:
        return None
    return Residual(graph, node.number, skip, branch, start)
