"""In training dropout acts at the declared rate, where it is declared, and nowhere else.

Why: A rate that is not passed on, a layer that is built but not called, or one twice on the same
way changes no shape; the loss tells it late.
Fix: Pass the rate to each dropout; call each of them once in training.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "dropout": (NUMBER,),
    "attention dropout": (NUMBER,),
    "dropout layers": (NUMBER,),
}
COST = 30

_STEPS = 4  # operations from a draw to the product with what it hides
_SIGMAS = 6.0  # a share that lies further off is no chance: one in 500 million


def implied(spec: Spec) -> list[str]:
    """Read the one option for a rate of dropout."""
    rates = [name for name in spec.options if "drop" in name.lower()]
    named = rates[0].lower().strip("_") if len(rates) == 1 else ""
    plain = named in ("dropout", "drop", "dropout_rate", "drop_rate", "dropout_prob", "p_drop")
    return [f"dropout == {rates[0]}"] if plain else []


def check(subject: Subject) -> Decision:
    """Find what is zero at random in a training run, and which share of it."""
    case = subject.bare()
    found = graph(subject, case, train=True)
    drops = _drops(found)
    conditions = subject.conditions(case, mode="train", weights="spread")
    phrase = subject.phrase.phrase
    if phrase == "dropout layers":
        return counted(subject, len(drops), "dropouts that an output depends on", conditions)
    if phrase == "attention dropout":
        drops = [node for node in drops if _follows_softmax(found, node)]
    rate = float(subject.phrase.expression.value(subject.options))
    if not drops:
        if rate == 0:
            return passed("no dropout, at a rate of zero", **conditions)
        return failed("no dropout was seen in training", f"a rate of {rate:g}", conditions)
    whole = graph(subject, case, train=True, whole=[node.number for node in drops])
    for node in drops:
        seen, exact, count = _rate(whole, node)
        bound = 1e-9 if exact else _SIGMAS * float(np.sqrt(max(rate * (1 - rate), 1e-6) / count))
        if abs(seen - rate) > bound:
            words = f"a rate of {seen:.3g}" + ("" if exact else f", of {count} elements")
            return failed(words, f"{rate:g}", conditions, where=node.line)
    return passed(f"a rate of {rate:g} in {len(drops)} dropouts", **conditions)


def _drops(graph: Graph) -> list[Node]:
    """Find random masks, each once: fused dropouts, and what is drawn and then compared."""
    found: list[Node] = []
    for node in graph.nodes:
        op = node.op.rstrip("_")
        if (op == "native_dropout" and node.dtype != "bool") or op == "bernoulli":
            if graph.used >> node.number & 1 and not _same_draw(graph, found, node):
                found.append(node)
        elif node.kind == "pointwise" and op in ("lt", "le", "gt", "ge"):
            drawn = [s for s in node.sources if graph[s].op in ("rand", "rand_like")]
            if drawn and graph.used >> node.number & 1:
                found.append(node)
    return found


def _same_draw(graph: Graph, found: list[Node], node: Node) -> bool:
    return any(node.sources == other.sources and node.op == other.op for other in found)


def _follows_softmax(graph: Graph, node: Node) -> bool:
    """Whether what is dropped are the weights of a softmax.

    The drawn mask may be scaled, on its own, before it meets them.
    """
    masks, met = [node.number], set(node.sources)
    for number in masks:
        for reader in graph.readers[number]:
            others = set(graph[reader].sources) - {number}
            met |= others
            if not others:
                masks.append(reader)
    return any(graph[graph.bare(number)].kind == "softmax" for number in met)


def _rate(graph: Graph, node: Node) -> tuple[float, bool, int]:
    """Return the rate, whether it was read rather than counted, and of how many elements."""
    if "rate" in node.settings:
        return float(node.settings["rate"]), True, node.size
    kept = graph.kept[node.number]
    return float(1 - (kept != 0).mean()), False, kept.size
