"""Queries meet keys as the spec says: the width of a head, its scale, the number of key heads.

Why: The scale, a key head too many or the wrong width of a head change no outer shape; a scale by
the whole width instead of a head's trains, only flatter, and loaded weights give nonsense.
Fix: Scores are ``q k^T / sqrt(head dimension)``; keys and values of a group are repeated for each
of its query heads, head by head.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.checks import _implied
from workbench.checks._attention import layers
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._meetings import Meeting, meetings, order_of_heads
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "head dimension": (NUMBER,),
    "key value heads": (NUMBER,),
    "attention scale": (NUMBER,),
}
COST = 70

_NEAR = 1e-6


def implied(spec: Spec) -> list[str]:
    """Read options for heads of keys and for the width of a head."""
    heads = _implied.option(spec, _implied.HEADS, int)
    groups = _implied.KEY_HEADS + (r"|(num_|n_)?groups" if heads else "")
    lines = _implied.equal(spec, "key value heads", groups, int)
    return lines + _implied.equal(spec, "head dimension", _implied.HEAD_WIDTH, int)


def check(subject: Subject) -> Decision:
    """Find the product behind each softmax over keys."""
    case = subject.bare()
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if subject.phrase.phrase == "head dimension":
        return _dimension(subject, case)
    whole, met = _met(subject, case)
    if subject.phrase.phrase == "key value heads":
        return _key_heads(subject, whole, met, conditions)
    scale = float(subject.phrase.expression.value(subject.options))
    for meeting in met:
        seen, sure = _scale(whole, meeting)
        if abs(seen - scale) > _NEAR * scale:
            if not sure:
                raise CannotLook(f"a scale of {seen:.6g} was seen, and something else before it")
            words = f"a scale of {seen:.6g}"
            return failed(words, f"{scale:.6g}", conditions, where=meeting.softmax.line)
    return passed(f"a scale of {scale:.6g} in {len(met)} attentions", **conditions)


def scales(subject: Subject, case: Case) -> list[tuple[float, str]]:
    """List the scale of each attention that can be read off, with its line.

    Args:
        subject: What is looked at.
        case: The circumstances.

    Returns:
        Those that are sure.

    Raises:
        CannotLook: The weights are no softmax of a product.
    """
    whole, met = _met(subject, case)
    read = [(*_scale(whole, meeting), meeting.softmax.line) for meeting in met]
    return [(scale, line) for scale, sure, line in read if sure]


def _met(subject: Subject, case: Case) -> tuple[Graph, list[Meeting]]:
    """Find where queries meet keys, with the values of what leads there."""
    first = graph(subject, case)
    met = meetings(first)
    if not met:
        raise CannotLook("no product of queries and keys before a softmax was seen")
    wanted = sorted({n for m in met for n in _path(first, m)})
    return graph(subject, case, whole=wanted), met


def _dimension(subject: Subject, case: Case) -> Decision:
    found = layers(subject, case)
    if not found or not all(layer.width for layer in found):
        raise CannotLook("no product of queries and keys was seen")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for layer in found:
        decision = counted(
            subject, layer.width, "features of a head", conditions, where=layer.where
        )
        if decision.outcome == "failed":
            return decision
    return decision


def _path(graph: Graph, meeting: Meeting) -> list[int]:
    """Name the nodes whose values are needed: operands, what they are scaled from, scores."""
    found = {meeting.product.number, meeting.softmax.number}
    values = meeting.values(graph)
    found |= set() if values is None else {values}
    for number in graph.varying(meeting.product)[:2]:
        found |= {number, *_unscaled(graph, number)}
    return sorted(found)


def _unscaled(graph: Graph, number: int) -> list[int]:
    """List the nodes from an operand back through views and plain factors."""
    way = [number]
    while True:
        node = graph[way[-1]]
        varying = graph.varying(node)
        others = [s for s in node.sources if not graph.varies(s)]
        scaled = node.kind == "pointwise" and node.op.startswith(("mul", "div"))
        scaled = scaled and all(graph[s].size == 1 for s in others)
        if len(set(varying)) != 1 or not (node.kind == "view" or scaled):
            return way
        way.append(varying[0])


def _key_heads(
    subject: Subject, graph: Graph, met: list[Meeting], conditions: Mapping[str, Any]
) -> Decision:
    """Count heads that differ, of keys and of values; a group's query heads stand side by side."""
    batch = conditions["sizes"].get("batch", 1)
    for meeting in met:
        where = meeting.product.line
        for words, number in (("keys", meeting.keys(graph)), ("values", meeting.values(graph))):
            order = order_of_heads(graph, number, batch)
            if not order:
                continue
            things = f"different heads of {words}"
            decision = counted(subject, len(set(order)), things, conditions, where=where)
            if decision.outcome == "failed":
                return decision
            if order != sorted(order):
                seen = f"query heads read heads {', '.join(map(str, order[:12]))} of {words}"
                expected = f"heads {', '.join(map(str, sorted(order)[:12]))}"
                return failed(seen, expected, conditions, where=where)
    return decision


def _scale(graph: Graph, meeting: Meeting) -> tuple[float, bool]:
    """Multiply the factors before the product with those behind it."""
    before, sure = 1.0, True
    for number in graph.varying(meeting.product)[:2]:
        way = _unscaled(graph, number)
        for end, start in pairwise(way):
            if graph[end].kind == "pointwise":
                one, two = graph.kept[end], graph.kept[start]
                before *= float(np.linalg.norm(one) / max(float(np.linalg.norm(two)), 1e-300))
        sure = sure and graph[way[-1]].kind in (
            "product",
            "pointwise",
            "convolution",
            "norm",
            "other",
        )
    return before * _behind(graph, meeting), sure


def _behind(graph: Graph, meeting: Meeting) -> float:
    """Compare the differences of scores with those of the logarithms of the weights."""
    scores = graph.kept[meeting.product.number]
    weights = graph.kept[meeting.softmax.number].reshape(scores.shape)
    with np.errstate(divide="ignore"):
        logs = np.log(weights)
    seen = np.isfinite(logs)
    logs, scores = (
        _centred(np.where(seen, logs, 0.0), seen),
        _centred(np.where(seen, scores, 0.0), seen),
    )
    power = float((scores**2).sum())
    if power == 0.0:
        raise CannotLook("all scores are alike, so no scale can be read off them")
    factor = float((logs * scores).sum()) / power
    if np.abs(logs - factor * scores).max() > 1e-6 * max(1.0, float(np.abs(logs).max())):
        raise CannotLook("the weights are no softmax of the product of queries and keys alone")
    return factor


def _centred(values: Array, seen: Array) -> Array:
    mean = values.sum(-1, keepdims=True) / np.maximum(seen.sum(-1, keepdims=True), 1)
    return np.asarray(np.where(seen, values - mean, 0.0))
