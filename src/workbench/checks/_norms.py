"""Finds the norms of a run: fused ones by their settings, written-out ones by their values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._subject import Subject

_OPS = {
    "native_layer_norm": "layer",
    "_fused_rms_norm": "rms",
    "native_group_norm": "group",
    "batch_norm": "batch",
}
_NEAR = 12  # operations between a tensor and the root of its mean square
_EXACT = 1e-9


@dataclass(frozen=True)
class Norm:
    """One norm of a run.

    Args:
        kind: ``layer``, ``rms``, ``batch``, ``group``, ``instance`` or ``other``.
        epsilon: Inside the root.
        groups: Of a group norm.
        where: ``file:line`` in the draft.
        node: Its result; of a written-out one the root.
        base: What it norms, of a written-out one; -1 of a fused one.
    """

    kind: str
    epsilon: float
    groups: int
    where: str
    node: int
    base: int = -1


def fused(graph: Graph) -> list[Norm]:
    """Read the norms that the library computes in one operation off their settings."""
    found = []
    seen: set[tuple[int, ...]] = set()
    for node in graph.each("norm"):
        if node.sources in seen:
            continue  # a fused norm returns its statistics as well
        seen.add(node.sources)
        kind = next((kind for op, kind in _OPS.items() if op in node.op), "other")
        groups = int(node.settings.get("groups", 1))
        if kind == "group" and len(node.shape) > 1 and groups == node.shape[1] > 1:
            kind = "instance"
        if kind == "batch" and node.settings.get("own") and node.shape[0] == 1:
            # In torch an instance norm is a batch norm of one example with all channels of all.
            kind = "instance"
        found.append(
            Norm(kind, float(node.settings.get("epsilon", 0.0)), groups, node.line, node.number)
        )
    return found


def written(subject: Subject, case: Case, *, train: bool = False) -> list[Norm]:
    """Find roots of a variance or of a mean square, plus something constant."""
    first = graph(subject, case, train=train)
    roots = [node for node in first.nodes if _may_be_root(first, node)]
    if not roots:
        return []
    wanted = {node.number for node in roots}
    near = {node.number: _near(first, node) for node in roots}
    wanted |= {number for numbers in near.values() for number in numbers}
    second = graph(subject, case, whole=sorted(wanted), train=train)
    found = []
    for node in roots:
        norm = _read(second, node, near[node.number])
        if norm is not None:
            found.append(norm)
    return found


def _may_be_root(graph: Graph, node: Node) -> bool:
    op = node.op.rstrip("_")
    rooted = op in ("rsqrt", "sqrt") or (op == "pow" and node.kind == "pointwise")
    return rooted and bool(graph.used >> node.number & 1) and graph.varies(node.number)


def _near(graph: Graph, node: Node) -> list[int]:
    """List what is larger and lies a few operations before a node, the nearest first."""
    front, found = [node.number], []
    for _ in range(_NEAR):
        front = list(dict.fromkeys(s for n in front for s in graph.varying(graph[n])))
        found += [n for n in front if graph[n].size > node.size and n not in found]
    return found[:_NEAR]


def _read(graph: Graph, node: Node, near: list[int]) -> Norm | None:
    root = graph.kept.get(node.number)
    if root is None or not root.size:
        return None
    with np.errstate(all="ignore"):
        squares = root**-2.0 if _inverse(node, root, graph) else root**2.0
    for number in near:
        x = graph.kept.get(number)
        if x is None or x.dtype.kind != "f":
            continue
        for axes, shape in _axes(x, squares.shape):
            mean_square = (x**2).mean(axes, keepdims=True).reshape(shape)
            variance = x.var(axes, keepdims=True).reshape(shape)
            for kind, statistic in (("variance", variance), ("square", mean_square)):
                rest = squares.reshape(shape) - statistic
                scale = max(1.0, float(np.abs(squares).max()))
                if np.ptp(rest) <= _EXACT * scale and rest.min() >= -_EXACT * scale:
                    # A norm of its own result finds a variance of one less epsilon: not a norm.
                    name, groups = _named(kind, axes, x)
                    return Norm(
                        name, max(float(rest.mean()), 0.0), groups, node.line, node.number, number
                    )
    return None


def _inverse(node: Node, root: Array, graph: Graph) -> bool:
    if node.op.startswith("pow"):
        base = graph.samples[node.sources[0]][: min(node.size, 64)]
        return (
            bool(np.corrcoef(base[: root.size], root.ravel()[: len(base)])[0, 1] < 0)
            if node.size > 1
            else True
        )
    return node.op.startswith("rsqrt")


def _axes(x: Array, shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """List axes over which a mean of ``x`` has a given shape, with the axis kept or dropped."""
    found = []
    for first in range(1, x.ndim):
        for last in range(first, x.ndim):
            axes = tuple(range(first, last + 1))
            kept = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape))
            dropped = tuple(n for axis, n in enumerate(x.shape) if axis not in axes)
            if shape in (kept, dropped):
                found.append((axes, kept))
    return found


def _named(statistic: str, axes: tuple[int, ...], x: Array) -> tuple[str, int]:
    """Name the kind of a norm, and how many groups it has."""
    if axes == (x.ndim - 1,):
        return ("layer" if statistic == "variance" else "rms"), 1
    if axes[0] == 2 and axes[-1] == x.ndim - 1:
        return ("instance" if x.ndim == 4 else "group"), x.shape[1]
    if axes == tuple(range(1, x.ndim)):
        return "group", 1
    return "other", 1
