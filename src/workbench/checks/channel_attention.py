"""Channels are gated in every residual block, or in none, as the spec says.

Why: A gate that is built and not applied, or applied to the skip, costs parameters and does
nothing.
Fix: Squeeze the branch to one number per channel by its mean, pass it through two small layers and
a sigmoid, and multiply the branch with it before the addition (Hu et al. 2018, section 3).
"""

from __future__ import annotations

import numpy as np

from workbench.checks._blocks import Residual, residuals
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"channel attention": ("none", "squeeze_excitation")}
COST = 29


def check(subject: Subject) -> Decision:
    """Look in every residual branch for a product with one number per channel and example."""
    case = subject.bare()
    found = residuals(graph(subject, case))
    if not found:
        raise CannotLook("no residual connection was seen, so there are no branches to look into")
    gated = [residual for residual in found if any(_is_gate(residual, n) for n in residual.inner)]
    seen = {0: "none", len(found): "squeeze_excitation"}.get(len(gated), "mixed")
    words = f"channels are gated in {len(gated)} of {len(found)} residual blocks"
    odd = next((r for r in found if (r in gated) != (seen == "none")), found[0])
    conditions = subject.conditions(case, mode="eval", weights="spread")
    where = odd.where if seen == "mixed" else ""
    return chosen(subject, seen, words, conditions, where=where)


def _is_gate(residual: Residual, node: Node) -> bool:
    """Whether a node multiplies channels with numbers between 0 and 1 that come from all places."""
    graph = residual.graph
    if node.kind != "pointwise" or not node.op.startswith("mul") or len(node.shape) < 3:
        return False
    return any(_is_squeezed(graph, graph.bare(source), node) for source in graph.varying(node))


def _is_squeezed(graph: Graph, number: int, node: Node) -> bool:
    gate = graph[number]
    one_each = gate.size == node.shape[0] * node.shape[1] and gate.shape[:2] == node.shape[:2]
    values = graph.samples[number][: gate.size]
    within = bool(np.all((values >= 0) & (values <= 1) | np.isnan(values)))
    wider = any(
        other.size > gate.size and other.kind in ("reduce", "pool", "pointwise", "norm")
        for other in graph.members(graph.before(number))
    )
    return one_each and gate.size < node.size and within and wider
