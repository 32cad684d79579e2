"""Tells a run as the operations that a design speaks of, each with those that come before it.

Views, masks, indices and what depends on no input are left out. A function of one variable is one
operation however it is written out; so are a norm, a mean, and all of attention from the
projections up to the weighted sum.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from workbench.checks._attention import attentions
from workbench.checks._decision import CannotLook
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._norms import Norm, fused, written
from workbench.checks._regions import Regions, Seen
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


class Operations:
    """The operations of a run, in the order of events.

    Args:
        graph: The run.
        norms: Its norms.
        weights: The nodes that are attention weights.
    """

    def __init__(self, graph: Graph, norms: list[Norm], weights: list[int]) -> None:
        self._graph, self._regions = graph, Regions(graph)
        self._owner: dict[int, Seen] = {}
        found = self._regions
        several = (found.functions(), found.normed(norms), found.by_length(), found.wrapped())
        for seen in chain(found.attended(weights), *several):
            self._take(seen)
        for node in graph.nodes:
            if node.number not in self._owner and self._counts(node):
                alone = self._single(node)
                if alone is not None:
                    self._take(alone)
        self._join_scales()
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

    def _counts(self, node: Node) -> bool:
        return (
            bool(self._graph.used >> node.number & 1)
            and self._graph.varies(node.number)
            and node.kind not in ("input", "view", "made", "constant", "norm")
            and node.op not in _VIEWS
            and node.dtype.startswith(("float", "bfloat"))
        )

    def _single(self, node: Node) -> Seen | None:
        """Name an operation that is one node."""
        op = node.op if node.op.startswith("__") else node.op.rstrip("_")
        if node.kind == "convolution":
            return self._convolution(node)
        if node.kind == "product":
            name = "linear" if self._graph.is_linear(node) else "product"
            return self._regions.one(name, node, settings={"width": node.shape[-1:]})
        if node.kind == "pool" and "adaptive" not in op:
            name = "max pool" if "max" in op else "mean pool"
            return self._regions.one(name, node, **_window(node))
        if node.kind == "lookup":
            table = self._graph.varies(node.sources[0]) if node.op != "embedding" else False
            return self._regions.one("lookup" if table else "embedding", node)
        if node.kind == "softmax":
            return self._regions.one("log softmax" if "log" in op else "softmax", node)
        if op.startswith("upsample"):
            return self._regions.one("upsample", node, flags=frozenset(_way(op, node)))
        if op == "im2col":
            return self._regions.one("patches", node, **_window(node))
        if op.startswith(("reflection_pad", "replication_pad")):
            return self._regions.one(op.replace("_pad", " pad")[:-2], node)
        if op == "constant_pad_nd":
            return None  # zeros at the edge belong to the convolution behind them
        if op in ("cat", "stack"):
            return self._joined(node, "concat" if op == "cat" else op)
        if node.kind == "pointwise":
            return self._pointwise(node, op)
        if op == "native_dropout":
            return self._regions.one("dropout", node, size=(float(node.settings["rate"]),))
        return self._regions.one(_WHOLE.get(op, _OTHER.get(op, op.strip("_"))), node)

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
        return self._regions.one(name, node, size=kernel, settings=settings, flags=frozenset(flags))

    def _joined(self, node: Node, name: str) -> Seen:
        varying = {self._graph.bare(source) for source in self._graph.varying(node)}
        if len(self._graph.varying(node)) > 1 and varying:
            return self._regions.one(name, node)
        leaves = {self._graph[self._graph.bare(s)].kind for s in node.sources}
        return self._regions.one(
            f"{name} {'parameter' if 'parameter' in leaves else 'number'}", node
        )

    def _pointwise(self, node: Node, op: str) -> Seen | None:
        varying = set(self._graph.varying(node))
        name = _ARITHMETIC.get(op)
        if len(varying) > 1:
            return self._regions.one(name or op.strip("_"), node)
        kind = {"subtract": "add", "divide": "multiply"}.get(name or "", name)
        others = self._regions.others(node)
        if others:
            if self._regions.is_bias(node):
                settings = {"width": node.shape[-1:]}
                return self._with_the_one_before("linear", node, settings=settings)
            drawn = [each for each in self._behind(others) if each.op.startswith(_RANDOM)]
            if kind == "multiply" and drawn and self._is_mask(others):
                return self._dropped(node, others, drawn)
            leaves = {each.kind for each in self._behind(others)}
            learned = "parameter" if leaves & {"parameter", "buffer"} else "number"
            source = "noise" if drawn else learned
            return self._regions.one(f"{kind} {source}" if kind else op.strip("_"), node)
        return self._of_numbers(node, f"{kind} number" if kind else op)

    def _with_the_one_before(self, name: str, node: Node, **more: Any) -> Seen:
        """Take an operation and the one before it for a single one."""
        source = self._graph.bare(self._graph.varying(node)[0])
        inner = self._graph.between(source, node.number) | 1 << source
        for each in self._graph.members(inner):
            self._owner.pop(each.number, None)
        return self._regions.one(name, node, inner, **more)

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
            return self._regions.one(_square(x, y) or _OTHER.get(op, op.strip("_")), node)
        if (slope, shift) == (1.0, 0.0):
            return None
        if not shift:
            return self._scaled(node, slope)
        if slope == 1.0:
            return self._regions.one("add number", node, size=(shift,))
        return self._regions.one("line", node)

    def _is_mask(self, others: list[Node]) -> bool:
        """Whether what scales is zero or one other number."""
        values = np.concatenate([self._graph.samples[each.number] for each in others])
        known = np.unique(values[np.isfinite(values)])
        return len(known) > 0 and (len(known) == 1 or (len(known) == 2 and known[0] == 0))

    def _dropped(self, node: Node, masks: list[Node], drawn: list[Node]) -> Seen:
        """Tell dropout, and whether whole channels or examples are dropped."""
        rates = [float(each.settings["rate"]) for each in drawn if "rate" in each.settings]
        mask = max(masks, key=lambda each: each.size)
        flags = set()
        if mask.size < node.size:
            flags = {"examples"} if mask.size == node.shape[0] else {"channels"}
        kept = self._graph.samples[mask.number]
        kept = kept[np.isfinite(kept) & (kept != 0)]
        if kept.size and abs(float(kept[0]) - 1) < 1e-6 and rates[:1] != [0.0]:
            flags |= {"unscaled"}  # unless it is scaled on its own, see `_join_scales`
        elif kept.size and not rates:
            rates = [1 - 1 / float(kept[0])]
        return self._regions.one("dropout", node, size=tuple(rates[:1]), flags=frozenset(flags))

    def _join_scales(self) -> None:
        """Take a dropout and the division by what it keeps, before or behind it, for one."""
        graph = self._graph
        drops = {s.node: s for s in self._owner.values() if "unscaled" in s.flags}
        for drop in drops.values():
            behind = [n for n in graph.readers[drop.node] if graph.used >> n & 1]
            before = [graph.bare(s) for s in graph.varying(graph[drop.node])]
            for other in (self._owner.get(number) for number in (*behind, *before)):
                if other is None or other.name != "multiply number" or other.size[0] <= 1:
                    continue
                rate = 1 - 1 / other.size[0]
                if drop.size and abs(drop.size[0] - rate) > 1e-6:
                    continue
                end, inner = max(drop.node, other.node), drop.inner | other.inner
                flags = drop.flags - {"unscaled"}
                joined = replace(drop, node=end, inner=inner, size=(rate,), flags=flags)
                for node in graph.members(inner):
                    self._owner[node.number] = joined
                break

    def _scaled(self, node: Node, slope: float) -> Seen:
        """Tell a sum that is divided by its count, which is a mean, from another factor."""
        total = self._graph[self._graph.bare(self._graph.varying(node)[0])]
        if total.kind == "reduce" and total.op == "sum":
            count = self._graph[total.sources[0]].size / max(total.size, 1)
            if abs(slope * count - 1) < 1e-6:
                return self._with_the_one_before("mean", node)
        return self._regions.one("multiply number", node, size=(slope,))


def _window(node: Node) -> dict[str, Any]:
    told = node.settings
    kernel = tuple(told["kernel"])
    stride, padding = (tuple(told.get(key) or ()) for key in ("stride", "padding"))
    if len(kernel) > max(len(node.shape) - 2, 1) and node.op != "im2col":
        kernel, stride, padding = kernel[1:], stride[1:], padding[1:]
    return {"size": kernel, "settings": {"stride": stride or kernel, "padding": padding or (0,)}}


def _way(op: str, node: Node) -> list[str]:
    ways = [way for way in ("nearest", "bilinear", "bicubic", "linear") if way in op][:1]
    return [*ways, *(["aligned"] if node.settings.get("aligned") else [])]


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
