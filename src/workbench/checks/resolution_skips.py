"""At each size on the way down a skip leads to the same size on the way up.

Why: A U-Net without one of its skips, or with the upsampled half concatenated twice, has the same
shapes and trains; its edges are blurred.
Fix: Keep what each stage computed before it was shrunk, and join it with what comes back up
(Ronneberger et al. 2015, figure 1).
"""

from __future__ import annotations

from workbench.checks._decision import Decision
from workbench.checks._graph import Graph, graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"resolution skips": (NUMBER,)}
COST = 25


def check(subject: Subject) -> Decision:
    """Collect, for all ways from an input to an output, the smallest size that each passes."""
    case = subject.bare()
    found = graph(subject, case)
    smallest = set().union(*(_ways(found)[end] for end in found.outputs.values()))
    conditions = subject.conditions(case, mode="eval", weights="spread")
    words = "sizes at which a way turns back before the smallest one"
    return counted(subject, max(len(smallest) - 1, 0), words, conditions)


def _ways(graph: Graph) -> list[frozenset[int]]:
    """For each node: the numbers of places that ways from an input to it narrow down to."""
    ways: list[frozenset[int]] = []
    for node in graph.nodes:
        if node.kind == "input":
            ways.append(frozenset({_places(node.shape)}))
            continue
        through = frozenset().union(*(ways[source] for source in node.sources))
        here = _places(node.shape)
        ways.append(frozenset(min(size, here) for size in through))
    return ways


def _places(shape: tuple[int, ...]) -> int:
    places = 1
    for extent in shape[2:] if len(shape) > 3 else ():
        places *= extent
    return places if len(shape) > 3 else 1 << 60
