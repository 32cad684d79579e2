"""Tells where dropout acts in a training run, and what one random number takes away at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.checks._blocks import Residual, residuals
from workbench.checks._graph import Graph, Node
from workbench.checks._meetings import weighted_sums
from workbench.checks._pointwise import GATES, applied

_BRANCHES = ("attention branches", "feed-forward branches", "other branches")
SITES = ("embeddings", "attention", "branches", *_BRANCHES, "hidden", "head")


@dataclass
class Places:
    """The places of one kind at which dropout could act, as ``file:line``.

    Args:
        dropped: Where it acts.
        plain: Where it does not.
    """

    dropped: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)


def drops(graph: Graph) -> list[Node]:
    """Find random masks, each once: fused dropouts, and what is drawn and then compared."""
    found: list[Node] = []
    for node in graph.nodes:
        op = node.op.rstrip("_")
        if (op == "native_dropout" and node.dtype != "bool") or op == "bernoulli":
            if graph.used >> node.number & 1 and not _same_draw(graph, found, node):
                found.append(node)
        elif node.kind == "pointwise" and op in ("lt", "le", "gt", "ge"):
            drawn = [s for s in node.sources if graph[s].op in ("rand", "rand_like")]
            if drawn and graph.used >> node.number & 1:
                found.append(node)
    return found


def _same_draw(graph: Graph, found: list[Node], node: Node) -> bool:
    return any(node.sources == other.sources and node.op == other.op for other in found)


class Dropped:
    """Where the random masks of a run in training meet what they hide.

    Args:
        graph: The run.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        masks = {node.number: node for node in drops(graph)}
        bits = sum(1 << number for number in masks)
        self.masks: dict[int, Node] = {}  # by the node that they meet something in
        for node in graph.nodes:
            if node.number in masks and node.op.rstrip("_") == "native_dropout":
                self.masks[node.number] = node
                continue
            still = [s for s in node.sources if not graph.varies(s)]
            met = [bits & (graph.before(s) | 1 << s) for s in still if graph.varies(node.number)]
            for mask in (mask for each in met for mask in graph.members(each)):
                self.masks.setdefault(node.number, mask)

    def granularity(self, mask: Node) -> str:
        """Say what one number of a mask takes away: ``elements``, ``channels`` or ``examples``."""
        sizes = [self._graph[at].size for at, other in self.masks.items() if other is mask]
        shapes = [self._graph[at].shape for at, other in self.masks.items() if other is mask]
        if not sizes or mask.size >= sizes[0]:
            return "elements"
        return "examples" if shapes[0] and mask.size == shapes[0][0] else "channels"

    def places(self) -> dict[str, Places]:
        """List the places of each kind, those where dropout acts and those where it does not."""
        found = {name: Places() for name in SITES}
        for name, node, dropped in self._looked():
            (found[name].dropped if dropped else found[name].plain).append(node.line)
        for name in _BRANCHES:
            found["branches"].dropped += found[name].dropped
            found["branches"].plain += found[name].plain
        return found

    def _looked(self) -> Iterator[tuple[str, Node, bool]]:
        graph = self._graph
        for softmax in graph.each("softmax"):
            end = next(weighted_sums(graph, softmax.number, "view", "pointwise", "other"), None)
            if end is not None:
                yield "attention", softmax, self._between(softmax.number, end)
        for residual in residuals(graph):
            kind = self._branch(residual)
            if kind:
                yield kind, graph[residual.node], self._behind(residual.branch)
        yield from self._maps()
        for node in graph.each("lookup"):
            maps = (n.number for n in graph.nodes if graph.is_linear(n))
            first = next((n for n in maps if graph.comes_from(n, node.number)), None)
            if first is not None and "embedding" in node.op:
                yield "embeddings", node, self._between(node.number, first)

    def _branch(self, residual: Residual) -> str:
        """Say what a branch holds; nothing where it is too little to be one."""
        maps = [node for node in residual.inner if self._graph.is_linear(node)]
        if any(node.kind == "softmax" for node in residual.inner):
            return "attention branches"
        if len(maps) < 2:
            return ""
        products = all(node.kind == "product" for node in maps)
        return "feed-forward branches" if products else "other branches"

    def _maps(self) -> Iterator[tuple[str, Node, bool]]:
        """Look at what the maps behind an activation read, and those that give an output."""
        graph = self._graph
        activated = {e.node for e in applied(graph) if e.name not in GATES | {"other"}}
        outputs = {self._result(number) for number in graph.outputs.values()}
        for node in graph.nodes:
            if not graph.is_linear(node) or not graph.used >> node.number & 1:
                continue
            way = self._way_back(graph.varying(node)[0])
            dropped = any(number in self.masks for number in way)
            if node.number in outputs:
                yield "head", node, dropped
            elif activated & way:
                yield "hidden", node, dropped

    def _result(self, number: int) -> int:
        """Go back from an output over views and a bias to the map that gave it."""
        while True:
            node = self._graph[self._graph.bare(number)]
            varying = set(self._graph.varying(node))
            if node.op.rstrip("_") != "add" or len(varying) != 1:
                return node.number
            number = varying.pop()

    def _between(self, start: int, end: int) -> bool:
        graph = self._graph
        return any(
            graph.comes_from(at, start) and (at == end or graph.comes_from(end, at))
            for at in self.masks
        )

    def _behind(self, number: int) -> bool:
        return any(at in self.masks for at in self._way_back(number))

    def _way_back(self, number: int) -> set[int]:
        """Go back over views, norms, scales, gates and dropout, up to a map or an activation."""
        graph, found, front = self._graph, set(), [number]
        while front:
            node = graph[front.pop()]
            if node.number in found:
                continue
            found.add(node.number)
            varying = set(graph.varying(node))
            straight = node.kind in ("view", "norm", "reduce") or node.number in self.masks
            scaled = node.kind == "pointwise" and node.op.startswith(("mul", "div", "add"))
            if straight or (scaled and (len(varying) == 1 or node.op.startswith("mul"))):
                front += varying
        return found
