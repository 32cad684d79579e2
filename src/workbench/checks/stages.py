"""Each stage is as wide and as deep, and shrinks as much, as the spec says.

Why: A stage that keeps the width of the one before, has a block too few or shrinks at another
place ends in the same shape.
Fix: A stage begins where the image or sequence shrinks; give each its own width, its own number of
blocks and its own stride.
"""

from __future__ import annotations

import math
from itertools import pairwise

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {
    "stage widths": (NUMBER,),
    "blocks per stage": (NUMBER,),
    "stage strides": (NUMBER,),
}
COST = 27


def check(subject: Subject) -> Decision:
    """Sort residual connections, or convolutions, by the size of what they return."""
    case = subject.bare()
    found = graph(subject, case)
    stages, where = _stages(found)
    if not stages["stage widths"]:
        raise CannotLook("no convolution was seen, so there are no stages")
    seen = stages[subject.phrase.phrase]
    wanted = subject.phrase.expression.value(subject.options)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if subject.phrase.comparison != "==" or not isinstance(wanted, list):
        raise CannotLook(
            f"write {subject.phrase.phrase} == and a list, or the name of an option that is one"
        )
    words = f"{subject.phrase.phrase} {seen}"
    if list(seen) == list(wanted):
        return passed(words, **conditions)
    return failed(words, str(wanted), conditions, where=where)


def _places(shape: tuple[int, ...]) -> int:
    return math.prod(shape[2:])


def _stages(graph: Graph) -> tuple[dict[str, list[int]], str]:
    """Tell the width, the blocks and the stride of each stage, and the line of the last one."""
    blocks = [graph[block.node] for block in residuals(graph)]
    nodes = blocks or list(graph.each("convolution"))
    sizes: dict[int, list[int]] = {}
    for node in nodes:
        if len(node.shape) >= 3:
            sizes.setdefault(_places(node.shape), []).append(node.shape[1])
    shrinking = sorted(sizes, reverse=True)
    where = nodes[-1].line if nodes else ""
    dims = max((len(node.shape) - 2 for node in nodes), default=1)
    before = [_places(node.shape) for node in graph.each("input") if len(node.shape) == dims + 2]
    steps = pairwise([*before[:1], *shrinking])
    return {
        "stage widths": [sizes[s][-1] for s in shrinking],
        "blocks per stage": [len(sizes[s]) for s in shrinking],
        "stage strides": [round((large / small) ** (1 / dims)) for large, small in steps],
    }, where
