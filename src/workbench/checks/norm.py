"""Norms stand where the spec says: before each sublayer, or behind each addition.

Why: Pre-norm and post-norm have the same shapes and nearly the same parameters, but train with
other learning rates and depths; a swapped one fails late and expensively.
Fix: pre is ``x + f(norm(x))``, with a last norm behind the blocks; post is ``norm(x + f(x))``.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks._blocks import Residual, residuals
from workbench.checks._decision import CannotLook, Decision, failed
from workbench.checks._graph import Graph, graph
from workbench.checks._requirement import chosen, word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"norm": ("pre", "post", "both", "none")}
COST = 31


def check(subject: Subject) -> Decision:
    """Follow the stream from one addition to the next, and from it into the branches."""
    case = subject.bare()
    found = residuals(graph(subject, case))
    if not found:
        raise CannotLook("no residual connection was seen that a norm could stand before or behind")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    places = [_place(found, number) for number in range(len(found))]
    words = ", ".join(f"{name} in {count}" for name, count in Counter(places).items())
    seen = f"norm {words} of {len(found)} residual connections"
    for residual, name in zip(found, places, strict=True):
        if name != word(subject):
            return failed(seen, f"{word(subject)} in all", conditions, where=residual.where)
    return chosen(subject, word(subject), seen, conditions)


def _place(found: list[Residual], number: int) -> str:
    residual = found[number]
    graph = residual.graph
    entered = [
        source for node in residual.inner if graph.is_linear(node) for source in graph.varying(node)
    ]
    first = min(entered, default=residual.start)
    before = _normed(graph, residual.start, graph.bare(first))
    # The stream leaves raw where the next skip is the sum itself; the last sum has no next skip.
    following = found[number + 1] if number + 1 < len(found) else None
    if following is not None:
        behind = _normed(graph, residual.node, following.start)
    else:
        behind = not before and _meets_norm(graph, residual.node)
    return {(True, False): "pre", (False, True): "post", (True, True): "both"}.get(
        (before, behind), "none"
    )


def _normed(graph: Graph, start: int, end: int) -> bool:
    """Whether nothing but a norm, fused or written out, lies between one node and another."""
    if start == end:
        return False
    way = [*graph.members(graph.between(start, end)), graph[end]]
    straight = not any(graph.is_linear(node) for node in way)
    return straight and any(node.kind in ("norm", "reduce") for node in way)


def _meets_norm(graph: Graph, number: int) -> bool:
    return any(graph[reader].kind in ("norm", "reduce") for reader in graph.readers[number])
