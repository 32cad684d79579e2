"""Each stage is as wide and as deep as the spec says.

Why: A stage that keeps the width of the one before, or has a block too few, ends in the same shape.
Fix: A stage begins where the image or sequence shrinks; give each its own width and its own number
of blocks.
"""

from __future__ import annotations

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"stage widths": (NUMBER,), "blocks per stage": (NUMBER,)}
COST = 27


def check(subject: Subject) -> Decision:
    """Sort residual connections, or convolutions, by the size of what they return."""
    case = subject.bare()
    found = graph(subject, case)
    widths, counts, where = _stages(found)
    if not widths:
        raise CannotLook("no convolution was seen, so there are no stages")
    seen = widths if subject.phrase.phrase == "stage widths" else counts
    wanted = subject.phrase.expression.value(subject.options)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if subject.phrase.comparison != "==" or not isinstance(wanted, list):
        raise CannotLook(
            f"write {subject.phrase.phrase} == and the name of an option that is a list"
        )
    words = f"{subject.phrase.phrase} {seen}"
    if list(seen) == list(wanted):
        return passed(words, **conditions)
    return failed(words, str(wanted), conditions, where=where)


def _stages(graph: Graph) -> tuple[list[int], list[int], str]:
    """Return the width and the number of blocks of each stage, and the line of the last one."""
    blocks = [graph[block.node] for block in residuals(graph)]
    nodes = blocks or list(graph.each("convolution"))
    sizes: dict[int, list[int]] = {}
    for node in nodes:
        if len(node.shape) >= 3:
            places = node.size // (node.shape[0] * node.shape[1])
            sizes.setdefault(places, []).append(node.shape[1])
    shrinking = sorted(sizes, reverse=True)
    where = nodes[-1].line if nodes else ""
    return [sizes[s][-1] for s in shrinking], [len(sizes[s]) for s in shrinking], where
