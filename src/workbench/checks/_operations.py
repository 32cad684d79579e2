"""Tells a run as the operations that a design speaks of, each with those that come before it.

Views, masks, indices and what depends on no input are left out. A function of one variable is one
operation however it is written out; so are a norm, a mean, and all of attention from the
projections up to the weighted sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from workbench.checks._attention import attentions
from workbench.checks._decision import CannotLook
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._norms import Norm, fused, written
from workbench.checks._pointwise import applied
from workbench.checks._subject import Subject

_ARITHMETIC = {
    "add": "add",
    "sub": "subtract",
    "rsub": "subtract",
    "mul": "multiply",
    "div": "divide",
}
_WHOLE = {"amax": "max", "amin": "min"}
_OTHER = {
    "cat": "concat",
    "im2col": "patches",
    "pow": "square",
    "_prelu_kernel": "prelu",
    "pixel_shuffle": "pixel shuffle",
    "_adaptive_avg_pool2d": "adaptive pool",
    "_adaptive_avg_pool3d": "adaptive pool",
}
_VIEWS = frozenset({"split", "unsafe_split", "unsafe_chunk", "unsafe_split_with_sizes"})
_RANDOM = ("rand", "normal", "bernoulli", "uniform", "exponential")
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


class Operations:
    """The operations of a run, in the order of events.

    Args:
        graph: The run.
        norms: Its norms.
        weights: The nodes that are attention weights.
    """

    def __init__(self, graph: Graph, norms: list[Norm], weights: list[int]) -> None:
        self._graph, self._norms, self._weights = graph, norms, weights
        self._owner: dict[int, Seen] = {}
        for seen in (*self._functions(), *self._normed(), *self._attended()):
            self._take(seen)
        for seen in (*self._by_length(), *self._wrapped()):
            self._take(seen)
        for node in graph.nodes:
            if node.number not in self._owner and self._counts(node):
                alone = self._single(node)
                if alone is not None:
                    self._take(alone)
        each = {seen.node: seen for seen in self._owner.values()}
        self.seen = [each[number] for number in sorted(each)]

    @cached_property
    def before(self) -> list[int]:
        """For each operation the set of all that it was computed from, by their places."""
        place = {seen.node: at for at, seen in enumerate(self.seen)}
        feeds: list[int] = []
        for node in self._graph.nodes:
            owner = self._owner.get(node.number)
            bits = 0
            for source in node.sources if node.kind != "made" else ():
                bits |= feeds[source]
            feeds.append(bits | (1 << place[owner.node] if owner else 0))
        return [feeds[seen.node] & ~(1 << at) for at, seen in enumerate(self.seen)]

    def within(self, path: str) -> list[int]:
        """Return the places of the operations that a submodule ran, with all inside of it."""
        return [
            at
            for at, seen in enumerate(self.seen)
            if not path or seen.scope == path or seen.scope.startswith(f"{path}.")
        ]

    def paths(self, of: str) -> list[str]:
        """Return the submodules of a class, or the one at a path."""
        return [path for path, kind in self._graph.types.items() if path and of in (path, kind)]

    @property
    def classes(self) -> list[str]:
        """The classes of all submodules."""
        return sorted({kind for path, kind in self._graph.types.items() if path})

    def _take(self, seen: Seen) -> None:
        for node in self._graph.members(seen.inner):
            self._owner.setdefault(node.number, seen)

    def _by_length(self) -> Iterator[Seen]:
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
                yield self._as("normalise", node, inner)

    def _wrapped(self) -> Iterator[Seen]:
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
            yield self._as("circular pad" if padded else "copy", run[-1], inner)

    def _counts(self, node: Node) -> bool:
        return (
            bool(self._graph.used >> node.number & 1)
            and self._graph.varies(node.number)
            and node.kind not in ("input", "view", "made", "constant", "norm")
            and node.op not in _VIEWS
            and node.dtype.startswith(("float", "bfloat"))
        )

    def _as(self, name: str, node: Node, inner: int = 0, **more: Any) -> Seen:
        inner |= 1 << node.number
        return Seen(name, node.number, inner, line=node.line, scope=node.scope, **more)

    def _functions(self) -> Iterator[Seen]:
        for each in applied(self._graph):
            if each.name != "other":
                name, _, slope = each.name.partition(" slope ")
                size = (float(slope or 0.01),) if name == "leaky relu" else ()
                inner = self._graph.between(each.root, each.node)
                yield self._as(name, self._graph[each.node], inner, size=size)

    def _normed(self) -> Iterator[Seen]:
        for norm in self._norms:
            node = self._graph[norm.node]
            size = (float(norm.groups),) if norm.kind == "group" else ()
            if norm.base < 0:
                yield self._as(f"{norm.kind} norm", node, size=size)
                continue
            end = self._divided(norm)
            inner = self._graph.between(self._uncentred(norm.base), end)
            end, inner = self._affine(end, inner | 1 << end)
            yield self._as(f"{norm.kind} norm", self._graph[end], inner, size=size)

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
            if len(set(self._graph.varying(node))) != 1 or not self._others(node):
                break
            end, inner = node.number, inner | 1 << node.number
        return end, inner

    def _others(self, node: Node) -> list[Node]:
        """The sources of a node that depend on no input and are more than a number."""
        found = [self._graph[source] for source in node.sources]
        return [each for each in found if not self._graph.varies(each.number) and each.size > 1]

    def _attended(self) -> Iterator[Seen]:
        taken = set(self._owner)
        softmaxes = {node.number for node in self._graph.each("softmax")}
        for weights in sorted(softmaxes | set(self._weights)):
            end = self._summed(weights) if weights not in taken else None
            if end is None:
                continue
            inner, front = 0, [end]
            while front:
                number = front.pop()
                if inner >> number & 1 or number in taken or self._starts(number):
                    continue
                inner |= 1 << number
                front += self._graph.varying(self._graph[number])
            taken |= {each.number for each in self._graph.members(inner)}
            yield self._as("attention", self._graph[end], inner)

    def _summed(self, weights: int) -> int | None:
        """Find the product of attention weights with something else that depends on an input."""
        front = [weights]
        for _ in range(_STEPS):
            front = [reader for number in front for reader in self._graph.readers[number]]
            for number in front:
                node = self._graph[number]
                if node.kind == "product" and len(set(self._graph.varying(node))) > 1:
                    return number
            front = [n for n in front if self._graph[n].kind in ("view", "pointwise", "other")]
        return None

    def _starts(self, number: int) -> bool:
        """Whether a node lies before attention: a projection, a norm or what was looked up."""
        node = self._graph[number]
        before = node.kind in ("input", "norm", "lookup") or self._graph.is_linear(node)
        return before or (node.kind == "pointwise" and self._is_bias(node))

    def _is_bias(self, node: Node) -> bool:
        """Whether a node adds a bias to what a product with a weight gave."""
        varying = set(self._graph.varying(node))
        if node.op.rstrip("_") != "add" or len(varying) != 1:
            return False
        map_ = self._graph[self._graph.bare(varying.pop())]
        vectors = [each for each in self._others(node) if len(each.shape) == 1]
        return map_.kind == "product" and map_.op in ("mm", "bmm", "mv") and len(vectors) == 1

    def _single(self, node: Node) -> Seen | None:
        """Name an operation that is one node."""
        op = node.op if node.op.startswith("__") else node.op.rstrip("_")
        if node.kind == "convolution":
            return self._convolution(node)
        if node.kind == "product":
            name = "linear" if self._graph.is_linear(node) else "product"
            return self._as(name, node, settings={"width": node.shape[-1:]})
        if node.kind == "pool" and "adaptive" not in op:
            name = "max pool" if "max" in op else "mean pool"
            return self._as(name, node, **_window(node))
        if node.kind == "lookup":
            table = self._graph.varies(node.sources[0]) if node.op != "embedding" else False
            return self._as("lookup" if table else "embedding", node)
        if node.kind == "softmax":
            return self._as("log softmax" if "log" in op else "softmax", node)
        if op.startswith("upsample"):
            return self._as("upsample", node, flags=frozenset(_way(op)))
        if op == "im2col":
            return self._as("patches", node, **_window(node))
        if op.startswith(("reflection_pad", "replication_pad")):
            return self._as(op.replace("_pad", " pad")[:-2], node)
        if op == "constant_pad_nd":
            return None  # zeros at the edge belong to the convolution behind them
        if op in ("cat", "stack"):
            return self._joined(node, "concat" if op == "cat" else op)
        if node.kind == "pointwise":
            return self._pointwise(node, op)
        if op == "native_dropout":
            return self._as("dropout", node, size=(float(node.settings["rate"]),))
        return self._as(_WHOLE.get(op, _OTHER.get(op, op.strip("_"))), node)

    def _convolution(self, node: Node) -> Seen:
        told = node.settings
        groups, (read, made) = int(told["groups"]), told["channels"]
        settings = {key: tuple(told[key]) for key in ("stride", "padding", "dilation")}
        kernel = tuple(told["kernel"])
        if len(kernel) > len(node.shape) - 2:  # torch adds an axis of length one
            kernel = kernel[1:]
            settings = {key: value[-len(kernel) :] for key, value in settings.items()}
        flags = {"depthwise"} if groups == read and groups > 1 else set()
        name = "transposed conv" if told.get("transposed") else "conv"
        settings |= {"groups": (groups,), "width": (made,)}
        return self._as(name, node, size=kernel, settings=settings, flags=frozenset(flags))

    def _joined(self, node: Node, name: str) -> Seen:
        varying = {self._graph.bare(source) for source in self._graph.varying(node)}
        if len(self._graph.varying(node)) > 1 and varying:
            return self._as(name, node)
        leaves = {self._graph[self._graph.bare(s)].kind for s in node.sources}
        return self._as(f"{name} {'parameter' if 'parameter' in leaves else 'number'}", node)

    def _pointwise(self, node: Node, op: str) -> Seen | None:
        varying = set(self._graph.varying(node))
        name = _ARITHMETIC.get(op)
        if len(varying) > 1:
            return self._as(name or op.strip("_"), node)
        kind = {"subtract": "add", "divide": "multiply"}.get(name or "", name)
        others = self._others(node)
        if others:
            if self._is_bias(node):
                settings = {"width": node.shape[-1:]}
                return self._with_the_one_before("linear", node, settings=settings)
            drawn = [each for each in self._behind(others) if each.op.startswith(_RANDOM)]
            if kind == "multiply" and any(each.op.startswith("bernoulli") for each in drawn):
                rates = [float(each.settings["rate"]) for each in drawn if "rate" in each.settings]
                return self._as("dropout", node, size=tuple(rates[:1]))
            leaves = {each.kind for each in self._behind(others)}
            learned = "parameter" if leaves & {"parameter", "buffer"} else "number"
            source = "noise" if drawn else learned
            return self._as(f"{kind} {source}" if kind else op.strip("_"), node)
        return self._of_numbers(node, f"{kind} number" if kind else op)

    def _with_the_one_before(self, name: str, node: Node, **more: Any) -> Seen:
        """Take an operation and the one before it for a single one."""
        source = self._graph.bare(self._graph.varying(node)[0])
        inner = self._graph.between(source, node.number) | 1 << source
        for each in self._graph.members(inner):
            self._owner.pop(each.number, None)
        return self._as(name, node, inner, **more)

    def _behind(self, nodes: list[Node]) -> list[Node]:
        """Return nodes with all that they were computed from."""
        bits = 0
        for node in nodes:
            bits |= self._graph.before(node.number) | 1 << node.number
        return list(self._graph.members(bits))

    def _of_numbers(self, node: Node, op: str) -> Seen | None:
        """Name a function of one variable by its values."""
        source = self._graph.varying(node)[0]
        x, y = self._graph.samples[source], self._graph.samples[node.number]
        slope, shift = _line(x, y) if self._graph[source].size == node.size else (None, None)
        if slope is None or shift is None:
            return self._as(_square(x, y) or _OTHER.get(op, op.strip("_")), node)
        if (slope, shift) == (1.0, 0.0):
            return None
        if not shift:
            return self._scaled(node, slope)
        if slope == 1.0:
            return self._as("add number", node, size=(shift,))
        return self._as("line", node)

    def _scaled(self, node: Node, slope: float) -> Seen:
        """Tell a sum that is divided by its count, which is a mean, from another factor."""
        total = self._graph[self._graph.bare(self._graph.varying(node)[0])]
        if total.kind == "reduce" and total.op == "sum":
            count = self._graph[total.sources[0]].size / max(total.size, 1)
            if abs(slope * count - 1) < 1e-6:
                return self._with_the_one_before("mean", node)
        return self._as("multiply number", node, size=(slope,))


def _window(node: Node) -> dict[str, Any]:
    told = node.settings
    kernel = tuple(told["kernel"])
    stride, padding = (tuple(told.get(key) or ()) for key in ("stride", "padding"))
    if len(kernel) > max(len(node.shape) - 2, 1) and node.op != "im2col":
        kernel, stride, padding = kernel[1:], stride[1:], padding[1:]
    return {"size": kernel, "settings": {"stride": stride or kernel, "padding": padding or (0,)}}


def _way(op: str) -> list[str]:
    return [way for way in ("nearest", "bilinear") if way in op]


def _line(x: Array, y: Array) -> tuple[float, float] | tuple[None, None]:
    """Return slope and shift of a straight line, zero and one where they are that."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 3 or np.ptp(x) == 0:
        return None, None
    fit, *_ = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)
    scale = max(float(np.abs(y).max()), 1e-12)
    if np.abs(fit[0] * x + fit[1] - y).max() > 1e-6 * scale:
        return None, None
    slope = 1.0 if abs(fit[0] - 1) < 1e-6 else float(fit[0])
    return slope, 0.0 if abs(fit[1]) < 1e-6 * scale else float(fit[1])


def _square(x: Array, y: Array) -> str:
    known = np.isfinite(x) & np.isfinite(y)
    return "square" if known.sum() > 2 and np.allclose(x[known] ** 2, y[known], 1e-6) else ""


def operations(subject: Subject, case: Case, *, train: bool = False) -> Operations:
    """Tell a run as operations.

    Args:
        subject: What is looked at.
        case: The circumstances.
        train: In training rather than in evaluation.

    Returns:
        Its operations.
    """

    def find() -> Operations:
        seen = graph(subject, case, train=train)
        try:
            weights = [each.node for each in attentions(subject, case, train=train)[1]]
        except CannotLook:
            weights = []  # those of a softmax are known all the same
        norms = fused(seen) + written(subject, case, train=train)
        return Operations(seen, norms, weights)

    return subject.line.remember(("operations", case.key, train), find)
