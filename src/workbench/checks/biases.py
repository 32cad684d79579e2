"""Linear maps and convolutions add a bias, or add none, as the spec says.

Why: A bias too many is a parameter that other weights do not have; before a norm it is one that
does nothing. One too few moves every output.
Fix: Pass ``bias=`` to each layer of the kind that the requirement names.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"linear bias": ("yes", "no"), "convolution bias": ("yes", "no")}
COST = 25


def check(subject: Subject) -> Decision:
    """Look for a parameter that is added to each map's result."""
    case = subject.bare()
    found = graph(subject, case)
    kind = "convolution" if subject.phrase.phrase == "convolution bias" else "product"
    maps = [n for n in found.each(kind) if found.is_linear(n) and _weighted(found, n)]
    if not maps:
        raise CannotLook(f"no {subject.phrase.phrase.removesuffix(' bias')} map was seen")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, node in enumerate(maps, start=1):
        seen = "yes" if _biased(found, node) else "no"
        if seen != word(subject):
            words = f"map {number} of {len(maps)} has {'a' if seen == 'yes' else 'no'} bias"
            return failed(words, f"{subject.phrase.text} in all", conditions, where=node.line)
    return passed(f"{subject.phrase.text} in {len(maps)} maps", **conditions)


def _weighted(graph: Graph, node: Node) -> bool:
    fixed = (graph.bare(s) for s in node.sources if not graph.varies(s))
    return any(graph[s].kind == "parameter" and len(graph[s].shape) > 1 for s in fixed)


def _biased(graph: Graph, node: Node) -> bool:
    if _vector(graph, node):
        return True
    front = [node.number]
    while front:
        readers = [graph[r] for n in front for r in graph.readers[n]]
        if any(
            r.kind == "pointwise" and r.op.startswith("add") and _vector(graph, r) for r in readers
        ):
            return True
        front = [r.number for r in readers if r.kind == "view"]
    return False


def _vector(graph: Graph, node: Node) -> bool:
    """Whether an operand is a learned vector."""
    fixed = [graph[graph.bare(s)] for s in node.sources if not graph.varies(s)]
    return any(f.kind == "parameter" and f.size == max((1, *f.shape)) for f in fixed)
