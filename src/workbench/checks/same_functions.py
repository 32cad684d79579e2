"""Training, larger inputs, other weights and the full size apply the functions of a small run.

Why: A branch on the mode, on a size or on the type that computes something else is seen by nobody
who tries the module in one way; trained with one activation and used with another it gives numbers
that look like any others.
Fix: Apply the same functions everywhere; let options, not circumstances, choose between them.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._subject import Subject
from workbench.errors import CandidateError

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 120

# Operators that bend: an affine map, a mask or a norm may be written in many ways, these hardly.
_BENDS = frozenset(
    {
        *("relu", "relu6", "gelu", "tanh", "sigmoid", "silu", "elu", "celu", "selu", "mish"),
        *("softplus", "hardswish", "hardsigmoid", "leaky_relu", "hardtanh", "log_sigmoid"),
        *("softsign", "prelu", "erf", "sin", "cos"),
    }
)
_LARGE, _MANY = 40, 2_000_000  # examples and places in time; parameters


def check(subject: Subject) -> Decision:
    """Compare which functions are applied: each may be absent, none may stand for another."""
    usual = subject.bare()
    known = _functions(graph(subject, usual))
    conditions = subject.conditions(usual, mode="eval", weights="spread")
    looked = []
    for words, found, more in _elsewhere(subject):
        there = _functions(found)
        gone, new = known - there, there - known
        if gone and new:
            seen = f"{_words(new)} {words}, in the place of {_words(gone)}"
            return failed(seen, "the same functions everywhere", conditions | more)
        looked.append(words)
    if not looked:
        raise CannotLook("it runs in one way only")
    return passed(f"{_words(known)} also {', '.join(looked)}", **conditions)


def _elsewhere(subject: Subject) -> Iterator[tuple[str, Graph, dict[str, Any]]]:
    """Yield graphs of runs under other circumstances, those in which it runs."""
    usual = subject.bare()
    large = {
        name: max(usual.sizes[name], min(size.bounds(subject.options)[1], _LARGE))
        for name, size in subject.spec.sizes.items()
        if name in usual.sizes
    }
    yield from _run("in training", subject, mode="train")
    yield from _run("with the weights that it is born with", subject, weights="born")
    yield from _run("in single precision", subject, dtype="float32")
    yield from _run("with larger inputs", subject, sizes=large)
    full = _full(subject)
    if full is not None:
        yield from _run("at full size", full, options=dict(subject.spec.options))


def _run(words: str, subject: Subject, **how: Any) -> Iterator[tuple[str, Graph, dict[str, Any]]]:
    """Yield the graph of one run; other checks speak of what does not run."""
    case = subject.bare(how.get("sizes"))
    case = replace(case, dtype=how.get("dtype", case.dtype))
    weights = how.get("weights", "spread" if "options" not in how else "born")
    with contextlib.suppress(CandidateError, CannotLook):
        found = graph(subject, case, weights=weights, train=how.get("mode") == "train")
        yield words, found, how


def _full(subject: Subject) -> Subject | None:
    """Look at the same module with the declared options, where it is small enough for that."""
    declared = dict(subject.spec.options)
    if declared == dict(subject.options):
        return None
    with contextlib.suppress(CandidateError, CannotLook):
        parameters = subject.outline(declared, run=False)["parameters"]
        if sum(math.prod(shape) for _, shape, _ in parameters) <= _MANY:
            return subject.with_options(declared)
    return None


def _functions(found: Graph) -> set[str]:
    """Name the bending functions of what depends on the inputs."""
    nodes = (node for node in found.each("pointwise") if found.varies(node.number))
    return {node.op.rstrip("_") for node in nodes} & _BENDS


def _words(names: set[str]) -> str:
    return " and ".join(sorted(names)) or "no function that bends"
