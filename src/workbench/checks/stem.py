"""The network begins with the stem that the spec names: for large or for small images.

Why: The stem for large images shrinks them four times before the first block; on small images it
throws away what should be seen. Later shapes adapt to either.
Fix: imagenet is a 7x7 convolution with stride 2 and a pool with stride 2; cifar is one 3x3
convolution with stride 1 and no pool (He et al. 2016, sections 4.1 and 4.2).
"""

from __future__ import annotations

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"stem": ("imagenet", "cifar")}
COST = 28


def check(subject: Subject) -> Decision:
    """Read kernels and strides of what lies before the first residual block."""
    case = subject.bare()
    found = graph(subject, case)
    steps = _stem(found)
    words = ", ".join(f"{kind} {kernel}x{kernel} stride {stride}" for kind, kernel, stride in steps)
    seen = {
        (("convolution", 7, 2), ("pool", 3, 2)): "imagenet",
        (("convolution", 3, 1),): "cifar",
    }.get(tuple(steps), "other")
    first = next(found.each("convolution"))
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return chosen(subject, seen, words, conditions, where=found.where(first.number))


def _stem(graph: Graph) -> list[tuple[str, int, int]]:
    blocks = residuals(graph)
    if not blocks:
        raise CannotLook("no residual connection was seen, so nothing can lie before the first")
    before = graph.before(blocks[0].start) | 1 << blocks[0].start
    nodes = [node for node in graph.members(before) if node.kind in ("convolution", "pool")]
    # A pool tells its values and its places: the same operation twice.
    once = {(node.kind, node.sources): node for node in nodes}.values()
    return [(node.kind, _largest(node, "kernel"), _largest(node, "stride")) for node in once]


def _largest(node: Node, name: str) -> int:
    return max(node.settings[name], default=1)
