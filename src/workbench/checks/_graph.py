"""The operations of one run as a graph that checks can read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

# Views that leave the elements in the same order when they are read one after another.
_SAME_ORDER = frozenset(
    {"view", "_unsafe_view", "reshape", "_reshape_alias", "flatten", "unflatten", "clone", "alias"}
    | {"unsqueeze", "squeeze", "contiguous", "detach", "_to_copy", "lift_fresh"}
)


@dataclass(frozen=True)
class Node:
    """One operation's result, or a leaf.

    Args:
        number: Its place in the order of events.
        kind: As the room `frameworks` lists them.
        op: The framework's own name of the operator.
        name: Of a leaf.
        sources: The nodes it was computed from.
        shape: Of the result.
        dtype: Of the result.
        line: ``file:line`` in the draft.
        scope: The dotted name of the submodule that ran it.
        settings: Kernel, stride and the like.
    """

    number: int
    kind: str
    op: str
    name: str
    sources: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    line: str
    scope: str
    settings: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many elements the result has."""
        return math.prod(self.shape)


_TEXTS = ("kind", "op", "name", "dtype", "line", "scope")


class Graph:
    """Nodes, and who was computed from whom.

    Sets of nodes are integers with one bit per node, which makes unions and intersections cheap.

    Args:
        answer: A candidate's answer to ``trace``.
    """

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.nodes = _nodes(answer["columns"])
        self.samples: Array = answer["samples"]
        self.kept: dict[int, Array] = {int(key): value for key, value in answer["kept"].items()}
        self.outputs: dict[str, int] = dict(answer["outputs"])
        self.types: dict[str, str] = dict(answer.get("types", {}))
        self.readers: list[list[int]] = [[] for _ in self.nodes]
        for node in self.nodes:
            for source in node.sources:
                self.readers[source].append(node.number)

    def __getitem__(self, number: int) -> Node:
        """Return a node by its number."""
        return self.nodes[number]

    @cached_property
    def _before(self) -> list[int]:
        before: list[int] = []
        for node in self.nodes:
            bits = 0
            # What is made in the likeness of a tensor takes its shape, not its values.
            for source in node.sources if node.kind != "made" else ():
                bits |= before[source] | 1 << source
            before.append(bits)
        return before

    def before(self, number: int) -> int:
        """The set of all nodes that a node was computed from."""
        return self._before[number]

    def comes_from(self, number: int, other: int) -> bool:
        """Whether a node was computed from another one."""
        return bool(self._before[number] >> other & 1)

    @cached_property
    def used(self) -> int:
        """The set of all nodes that an output was computed from, the outputs included."""
        bits = 0
        for number in self.outputs.values():
            bits |= self._before[number] | 1 << number
        return bits

    @cached_property
    def _of_inputs(self) -> list[bool]:
        inputs = sum(1 << node.number for node in self.nodes if node.kind == "input")
        return [
            node.kind == "input" or bool(bits & inputs)
            for node, bits in zip(self.nodes, self._before, strict=True)
        ]

    def varies(self, number: int) -> bool:
        """Whether a node depends on an input."""
        return self._of_inputs[number]

    def varying(self, node: Node) -> list[int]:
        """The sources of a node that depend on an input."""
        return [source for source in node.sources if self._of_inputs[source]]

    def each(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of some kinds that an output depends on."""
        for node in self.nodes:
            if node.kind in kinds and self.used >> node.number & 1:
                yield node

    def matrices(self) -> Iterator[tuple[Node, Node]]:
        """Yield what products and convolutions read of a matrix that is a parameter, and it."""
        for number in {s for node in self.each("product", "convolution") for s in node.sources}:
            leaf = self[self.bare(number)]
            if leaf.kind == "parameter" and len(leaf.shape) > 1:
                yield self[number], leaf

    def members(self, bits: int) -> Iterator[Node]:
        """Yield the nodes of a set in order."""
        while bits:
            lowest = bits & -bits
            yield self.nodes[lowest.bit_length() - 1]
            bits ^= lowest

    def bare(self, number: int) -> int:
        """Go back through views to the node that computed the values."""
        while self.nodes[number].kind == "view":
            varying = self.varying(self.nodes[number]) or list(self.nodes[number].sources)
            if not varying:
                break
            number = varying[0]
        return number

    def in_order(self, number: int) -> int:
        """Go back through views that keep the order of the elements."""
        node = self.nodes[number]
        while node.kind == "view" and node.op.rstrip("_") in _SAME_ORDER and node.sources:
            number = node.sources[0]
            node = self.nodes[number]
        return number

    def is_linear(self, node: Node) -> bool:
        """Whether a node is a product of something that depends on an input and a parameter."""
        products = {source for source in node.sources if self.varies(source)}
        return node.kind == "convolution" or (node.kind == "product" and len(products) == 1)

    def between(self, start: int, end: int) -> int:
        """The set of nodes on the ways from one node to another, both left out."""
        after = 0
        for node in self.members(self._before[end]):
            if node.number > start and self.comes_from(node.number, start):
                after |= 1 << node.number
        return after

    def where(self, number: int) -> str:
        """Return the draft's line of a node."""
        return self.nodes[number].line


def _nodes(columns: Mapping[str, Any]) -> list[Node]:
    """Read the columns of a trace: one row of numbers for all nodes, with the ends of each."""
    words, settings = columns["words"], columns["settings"]
    texts = {field: [words[place] for place in columns[field]] for field in _TEXTS}
    sources = _rows(columns["in"], columns["in_ends"])
    shapes = _rows(columns["shape"], columns["shape_ends"])
    return [
        Node(
            number=number,
            # A node may only come from earlier ones; anything else is not believed.
            sources=tuple(source for source in sources[number] if 0 <= source < number),
            shape=shapes[number],
            settings=settings.get(str(number), {}),
            **{field: column[number] for field, column in texts.items()},
        )
        for number in range(len(sources))
    ]


def _rows(numbers: Array, ends: Array) -> list[tuple[int, ...]]:
    flat, edges = numbers.tolist(), [0, *ends.tolist()]
    return [tuple(flat[start:end]) for start, end in pairwise(edges)]


def graph(
    subject: Subject,
    case: Case,
    *,
    weights: str | Arrays = "spread",
    whole: Sequence[int] = (),
    train: bool = False,
) -> Graph:
    """Watch a run.

    Args:
        subject: What is looked at.
        case: The circumstances.
        weights: As for a run.
        whole: Nodes whose whole values are wanted, besides those of every softmax.
        train: In training rather than in evaluation.

    Returns:
        The graph.
    """

    def find() -> Graph:
        return Graph(subject.trace(case, weights=weights, whole=whole, train=train))

    if not isinstance(weights, str):
        return find()
    return subject.line.remember(("graph", case.key, weights, tuple(whole), train), find)
