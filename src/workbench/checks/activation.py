"""The hidden layers use the activation that the spec names.

Why: GELU, its tanh form, SiLU and ReLU are interchangeable in shape and nearly so in loss; weights
that were trained with one are wrong with another, and a forgotten one folds two layers into one.
Fix: Apply the named function between the two linear maps of every hidden layer.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._pointwise import FUNCTIONS, GATES, applied
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
_WORDS = {name.replace(" ", "_").replace("_(tanh_form)", "_tanh"): name for name in FUNCTIONS}
_WORDS["gelu_exact"] = "gelu"
DECIDES = {"activation": tuple(_WORDS)}
COST = 32


def check(subject: Subject) -> Decision:
    """Find every function of one variable in a run, and compare its values with the named one."""
    case = subject.bare()
    found = graph(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    wanted = _accepted(word(subject))
    seen = Counter(each.name for each in applied(found) if each.name != "other")
    words = ", ".join(f"{name} {count} times" for name, count in seen.items()) or "none at all"
    for each in applied(found):
        known = each.name in FUNCTIONS or each.name.startswith("leaky relu slope")
        if known and each.name not in wanted | GATES:
            return failed(words, word(subject), conditions, where=found.where(each.node))
    if not any(seen[name] for name in wanted):
        return failed(words, word(subject), conditions)
    second = folded(found)
    if second is not None:
        return failed(
            f"{words}; two linear maps follow each other without one",
            f"{word(subject)} between them",
            conditions,
            where=found.where(second.number),
        )
    return passed(words, **conditions)


def _accepted(declared: str) -> set[str]:
    name = _WORDS[declared]
    return {name, "gelu (tanh form)"} if declared == "gelu" else {name}


def folded(graph: Graph, *, wide: bool = False) -> Node | None:
    """Find a fully connected map that reads nothing but the result of another one.

    A result that is an output as well, such as a latent code, is meant to be linear.

    Args:
        graph: The graph of a run.
        wide: Only where the result between them is wider than both ends, so that it serves nothing.

    Returns:
        The second map.
    """
    given = {_through(graph, number) for number in graph.outputs.values()}
    for node in graph.each("product"):
        if not graph.is_linear(node):
            continue
        before = graph[_through(graph, graph.varying(node)[0])]
        if before.kind == "product" and graph.is_linear(before) and before.number not in given:
            ends = (graph[graph.varying(before)[0]].shape[-1], node.shape[-1])
            read = graph[graph.varying(node)[0]].shape[-1]  # of one head, where it was split
            if not wide or read == before.shape[-1] > max(ends):
                return node
    return None


def _through(graph: Graph, number: int) -> int:
    """Go back through views and through additions and factors that depend on no input."""
    while True:
        node = graph[graph.bare(number)]
        varying = set(graph.varying(node))
        straight = node.kind == "pointwise" and node.op.startswith(("add", "sub", "mul", "div"))
        if not straight or len(varying) != 1:
            return node.number
        number = varying.pop()
