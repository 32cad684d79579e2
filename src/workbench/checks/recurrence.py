"""Recurrent layers have the cell, the number and the directions that the spec says.

Why: A GRU for an LSTM, one direction for two of half the width, or a layer too few give the same
shapes; a backward direction in a model that generates reads the future.
Fix: lstm has three sigmoids and two tanh in each step, gru two and one, rnn one tanh or rectifier.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from workbench.checks import causal
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Case
from workbench.checks._requirement import NUMBER, axis_of, chosen, counted, place
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ()
DECIDES = {
    "recurrent cell": ("lstm", "gru", "rnn", "none"),
    "recurrent layers": (NUMBER,),
    "recurrent width": (NUMBER,),
}
COST = 40

_TANH = {"lstm": 2, "gru": 1, "rnn": 1}


def check(subject: Subject) -> Decision:
    """Count the functions that each step more adds, and the maps of the state."""
    axis = _axis(subject)
    cases, grown = _grown(subject, axis)
    tanh, sigmoid = grown.get("tanh", 0), grown.get("sigmoid", 0)
    cell = _cell(tanh, sigmoid, grown.get("relu", 0))
    conditions = subject.conditions(cases[1], mode="eval", weights="spread", axis=axis)
    words = f"{sigmoid} sigmoids and {tanh} tanh of one vector in each step"
    if subject.phrase.phrase == "recurrent cell":
        return chosen(subject, cell, f"{words}: {cell}", conditions)
    if cell == "none":
        raise CannotLook(f"no recurrent cell was recognised: {words}")
    width = _width(graph(subject, cases[1]))
    if subject.phrase.phrase == "recurrent width":
        return counted(subject, width, "features of the state", conditions)
    cells = (tanh or grown.get("relu", 0)) // (_TANH[cell] * width)
    directions = 2 if _sees_later(subject, axis) and cells % 2 == 0 else 1
    words = f"recurrent layers ({cells} cells in each step, {directions} direction"
    words += "s)" if directions > 1 else ")"
    return counted(subject, cells // directions, words, conditions)


def _axis(subject: Subject) -> str:
    """Name the axis of the steps: the one that is named or the only one, else one with a cell."""
    try:
        return axis_of(subject)
    except CannotLook:
        for axis in subject.spec.sizes:
            if axis != "batch" and subject.phrase.phrase == "recurrent cell":
                with contextlib.suppress(CannotLook, CandidateRaised):
                    grown = _grown(subject, axis)[1]
                    counts = (grown.get(name, 0) for name in ("tanh", "sigmoid", "relu"))
                    if _cell(*counts) != "none":
                        return axis
        raise


def _grown(subject: Subject, axis: str) -> tuple[list[Case], dict[str, int]]:
    """Count the functions that a step more along an axis adds."""
    low, high, _ = subject.spec.sizes[axis].bounds(subject.options)
    first = max(low, min(5, high - 2))
    cases = [subject.bare({axis: size}) for size in (first, first + 2)]
    short, long = (_functions(graph(subject, case)) for case in cases)
    return cases, {name: (long[name] - short[name]) // 2 for name in long}


def _functions(graph: Graph) -> Counter[str]:
    """Count elements that each function is applied to, for one example."""
    found: Counter[str] = Counter()
    for node in _steps(graph):
        found[node.op.rstrip("_")] += node.size // node.shape[0]
    return found


def _steps(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        named = node.op.rstrip("_") in ("tanh", "sigmoid", "relu")
        if named and len(node.shape) >= 2 and graph.used >> node.number & 1:
            yield node


def _cell(tanh: int, sigmoid: int, relu: int) -> str:
    if tanh and sigmoid * 2 == tanh * 3:
        return "lstm"
    if tanh and sigmoid == tanh * 2:
        return "gru"
    return "rnn" if (tanh or relu) and not sigmoid else "none"


def _width(graph: Graph) -> int:
    widths = Counter(
        node.shape[-1]
        for node in _steps(graph)
        if not node.op.startswith("sigmoid") and len(node.shape) == 2
    )
    if not widths:
        raise CannotLook("no step of one vector for each example was seen")
    return widths.most_common(1)[0][0]


def _sees_later(subject: Subject, axis: str) -> bool:
    """Whether what comes out first depends on what goes in last."""
    case = subject.bare()
    ends = {name: place(subject, name, axis) for name in subject.spec.outputs}
    if all(at is None for at in ends.values()):
        return False
    return bool(causal.later_gradient(subject, case, axis, ends))
