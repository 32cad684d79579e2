"""Finds operations that are several nodes of a graph: functions, norms, attention, padding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.checks._graph import Graph, Node
from workbench.checks._meetings import weighted_sums
from workbench.checks._norms import Norm
from workbench.checks._pointwise import applied

_STEPS = 8  # operations between a norm's root, or attention weights, and what uses them


@dataclass(frozen=True)
class Seen:
    """One operation of a run.

    Args:
        name: As `workbench.spec.OPERATIONS` has it; else the framework's own name.
        node: Its result.
        inner: The set of nodes that it is made of.
        size: Kernel, window, groups of a group norm, or a number.
        settings: ``stride``, ``dilation``, ``groups``, ``padding``, ``width``.
        flags: ``depthwise``, ``nearest``, ``bilinear``.
        line: ``file:line`` in the draft.
        scope: The dotted name of the submodule that ran it.
    """

    name: str
    node: int
    inner: int
    size: tuple[float, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    line: str = ""
    scope: str = ""

    def __str__(self) -> str:
        """Write it as a contract does, without what goes without saying."""
        words = [self.name, "x".join(f"{number:g}" for number in self.size)]
        for key, usual in (("stride", self.size), ("dilation", ()), ("groups", ())):
            value = self.settings.get(key, 1)
            same = tuple([value] * len(self.size)) if not isinstance(value, tuple) else value
            windowed = self.name.endswith("pool") or self.name == "patches"
            if same != (usual if windowed and key == "stride" else (1,) * len(same)):
                words.append(f"{key} {'x'.join(map(str, sorted(set(same))))}")
        words = [word for word in words if not ("depthwise" in self.flags and "groups" in word)]
        return " ".join([*(word for word in words if word), *sorted(self.flags)])


class Regions:
    """Finds operations of several nodes.

    Args:
        graph: The run.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def one(self, name: str, node: Node, inner: int = 0, **more: Any) -> Seen:
        """Make an operation that ends in a node, of all nodes in a set besides."""
        inner |= 1 << node.number
        return Seen(name, node.number, inner, line=node.line, scope=node.scope, **more)

    def functions(self) -> Iterator[Seen]:
        """Find the functions of one variable that have a name."""
        for each in applied(self._graph):
            if each.name != "other":
                name, _, slope = each.name.partition(" slope ")
                size = (float(slope or 0.01),) if name == "leaky relu" else ()
                inner = self._graph.between(each.root, each.node)
                yield self.one(name, self._graph[each.node], inner, size=size)

    def normed(self, norms: Sequence[Norm]) -> Iterator[Seen]:
        """Tell norms, with the gain and the bias of those that are written out."""
        for norm in norms:
            node = self._graph[norm.node]
            size = (float(norm.groups),) if norm.kind == "group" else ()
            if norm.base < 0:
                yield self.one(f"{norm.kind} norm", node, size=size)
                continue
            end = self._divided(norm)
            inner = self._graph.between(self._uncentred(norm.base), end)
            end, inner = self._affine(end, inner | 1 << end)
            yield self.one(f"{norm.kind} norm", self._graph[end], inner, size=size)

    def _uncentred(self, base: int) -> int:
        """Go back over the mean that is taken off what is normed."""
        node = self._graph[self._graph.bare(base)]
        sources = [self._graph.bare(source) for source in self._graph.varying(node)]
        if node.op.rstrip("_") != "sub" or len(sources) != 2 or sources[0] == sources[1]:
            return base
        way = self._graph.members(self._graph.between(sources[0], sources[1]) | 1 << sources[1])
        averaged = all(each.kind in ("reduce", "view", "pointwise") for each in way)
        within = self._graph.comes_from(sources[1], sources[0]) and averaged
        return sources[0] if within else base

    def _divided(self, norm: Norm) -> int:
        """Find where what is normed meets the root of its variance."""
        wanted, front = self._graph[norm.base].size, [norm.node]
        for _ in range(_STEPS):
            front = [reader for number in front for reader in self._graph.readers[number]]
            for number in front:
                node = self._graph[number]
                if node.size == wanted and node.kind == "pointwise":
                    return number
        return norm.node

    def _affine(self, end: int, inner: int) -> tuple[int, int]:
        """Go on over a gain and a bias of the norm."""
        for _ in range(2):
            readers = [n for n in self._graph.readers[end] if self._graph.used >> n & 1]
            node = self._graph[readers[0]] if len(readers) == 1 else None
            if node is None or node.op.rstrip("_") not in ("add", "mul"):
                break
            if len(set(self._graph.varying(node))) != 1 or not self.others(node):
                break
            end, inner = node.number, inner | 1 << node.number
        return end, inner

    def attended(self, weights: Sequence[int]) -> Iterator[Seen]:
        """Tell attention from the projections, or from what its values are, to the weighted sum.

        Args:
            weights: Nodes that are attention weights; those of a softmax are known.
        """
        taken: set[int] = set()
        softmaxes = {node.number for node in self._graph.each("softmax")}
        for number in sorted(softmaxes | set(weights)):
            end = self._summed(number) if number not in taken else None
            if end is None:
                continue
            inner, front = 0, [end]
            ends = taken | {
                self._graph.bare(source)
                for source in self._graph.varying(self._graph[end])
                if source != number and not self._graph.comes_from(source, number)
            }
            while front:
                node = front.pop()
                if inner >> node & 1 or node in ends or self._starts(node):
                    continue
                inner |= 1 << node
                front += self._graph.varying(self._graph[node])
            taken |= {each.number for each in self._graph.members(inner)}
            yield self.one("attention", self._graph[end], inner)

    def _summed(self, weights: int) -> int | None:
        """Find the nearest product of attention weights with what they sum up."""
        between = ("view", "pointwise", "other")
        return next(weighted_sums(self._graph, weights, *between, steps=_STEPS), None)

    def _starts(self, number: int) -> bool:
        """Whether a node lies before attention: a projection, a norm or what was looked up."""
        node = self._graph[number]
        before = node.kind in ("input", "norm", "lookup") or self._graph.is_linear(node)
        return before or (node.kind == "pointwise" and self.is_bias(node))

    def by_length(self) -> Iterator[Seen]:
        """Find what is divided by its own length."""
        for node in self._graph.each("pointwise"):
            sources = [self._graph.bare(source) for source in self._graph.varying(node)]
            if node.op.rstrip("_") != "div" or len(sources) != 2:
                continue
            start, length = sources
            inner = self._graph.between(start, node.number)
            ops = {each.op for each in self._graph.members(inner) if each.kind != "view"}
            measured = "linalg_vector_norm" in ops and ops <= {"linalg_vector_norm", "clamp_min"}
            if measured and self._graph.comes_from(length, start):
                yield self.one("normalise", node, inner)

    def wrapped(self) -> Iterator[Seen]:
        """Find what is copied into a larger tensor: its middle, and two edges for each axis."""
        runs: list[list[Node]] = []
        for node in self._graph.each("other"):
            if node.op != "copy_":
                continue
            between = self._graph.nodes[runs[-1][-1].number + 1 : node.number] if runs else []
            if not runs or any(each.kind not in ("view", "made") for each in between):
                runs.append([])
            runs[-1].append(node)
        for run in runs:
            inner = sum(1 << node.number for node in run)
            padded = len(run) >= 3 and len(run) % 2
            yield self.one("circular pad" if padded else "copy", run[-1], inner)

    def others(self, node: Node) -> list[Node]:
        """The sources of a node that depend on no input and are more than a number."""
        found = [self._graph[source] for source in node.sources]
        return [each for each in found if not self._graph.varies(each.number) and each.size > 1]

    def is_bias(self, node: Node) -> bool:
        """Whether a node adds a bias to what a product with a weight gave."""
        varying = set(self._graph.varying(node))
        if node.op.rstrip("_") != "add" or len(varying) != 1:
            return False
        map_ = self._graph[self._graph.bare(varying.pop())]
        vectors = [each for each in self.others(node) if len(each.shape) == 1]
        return map_.kind == "product" and map_.op in ("mm", "bmm", "mv") and len(vectors) == 1
