"""Each layer has weights of its own, or shares them as often as the spec says.

Why: ``[layer] * 6`` is one layer six times. It has the depth, the shapes and the speed of six, and
the capacity of one; copies made by ``deepcopy`` start alike and stay close.
Fix: Build each layer on its own, in a list comprehension inside ``nn.ModuleList``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._requirement import LAW, NUMBER, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"distinct layers": (LAW,), "weight uses": (NUMBER,)}
COST = 25


def check(subject: Subject) -> Decision:
    """Count which parameters more than one map reads, then look for weights that are born alike."""
    case = subject.bare()
    found = graph(subject, case)
    conditions = subject.conditions(case, mode="eval")
    used = _uses(found)
    if not used:
        raise CannotLook("no map with a learned matrix was seen")
    if subject.phrase.phrase == "weight uses":
        name, lines = max(used.items(), key=lambda item: len(item[1]))
        return counted(subject, len(lines), f"maps that read {name}", conditions, where=lines[-1])
    for name, lines in used.items():
        if len(lines) > 1:
            seen = f"{name} is read by {len(lines)} maps"
            return failed(seen, "a matrix of its own for each map", conditions, where=lines[-1])
    alike = _alike(subject)
    if alike:
        seen = f"{alike[0]} and {alike[1]} are born with the same values"
        return failed(seen, "a draw of its own for each matrix", conditions)
    return passed(f"{len(used)} maps, each with a matrix of its own", **conditions)


def _uses(graph: Graph) -> dict[str, list[str]]:
    used: dict[str, list[str]] = {}
    for node in graph.each("product", "convolution"):
        for source in {graph.bare(s) for s in node.sources if not graph.varies(s)}:
            leaf = graph[source]
            if leaf.kind == "parameter" and len(leaf.shape) > 1:
                used.setdefault(leaf.name, []).append(node.line)
    return used


def _alike(subject: Subject) -> tuple[str, str] | None:
    built = subject.build(subject.exact)["state"]
    seen: dict[bytes, str] = {}
    for name in subject.learned(subject.exact):
        values = built[name]
        if values.ndim < 2 or values.size < 4 or np.ptp(values) == 0:
            continue
        first = seen.setdefault(values.tobytes(), name)
        if first != name:
            return first, name
    return None
