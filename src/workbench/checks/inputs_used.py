"""Every input has an influence on some output.

Why: An argument that is taken and never read (segments, a mask, a condition, a weight) runs, trains
and is missed only where it would have mattered.
Fix: Look where the named input goes; exempt one that is kept for a caller's sake.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks import _metric
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer", "loss", "metric")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 7

_DRAWS = 4  # a choice or a rectifier may hide one change, not all of them


def check(subject: Subject) -> Decision:
    """Draw each input anew, the others as they were, until an output differs."""
    if len(subject.spec.inputs) < 2:
        return passed("it has one input at most, and other checks look at that")
    silent = [name for name in subject.spec.inputs if not _matters(subject, name)]
    if silent:
        conditions = subject.conditions(_case(subject, 0), draws=_DRAWS, weights="spread")
        seen = f"no output changes with {', '.join(silent)}"
        return failed(seen, "an influence of every input", conditions)
    return passed(f"outputs change with each of {', '.join(subject.spec.inputs)}")


def _matters(subject: Subject, name: str) -> bool:
    looked = False
    for draw in range(_DRAWS):
        case = _case(subject, draw)
        inputs = subject.inputs(case)
        other = subject.inputs(replace(case, seed=case.seed + 500))[name]
        if np.array_equal(inputs[name], other):
            other = ~inputs[name] if inputs[name].dtype == bool else inputs[name][::-1].copy()
        if not inputs[name].size or np.array_equal(inputs[name], other):
            continue  # the contract allows a single value
        looked = True
        before = _outputs(subject, case, inputs, draw)
        if _differ(before, _outputs(subject, case, {**inputs, name: other}, draw)):
            return True
    return not looked


def _case(subject: Subject, draw: int) -> Case:
    dtype = "float32" if subject.spec.kind == "metric" else ""
    return subject.case(dtype=dtype, seed=40 + draw)


def _outputs(subject: Subject, case: Case, inputs: Arrays, draw: int) -> list[Array]:
    """Return what comes out in evaluation and, where that is another thing, in training."""
    if subject.spec.kind == "metric":
        return [_metric.once(subject, inputs)]
    weights = f"spread {draw}" if draw else "spread"
    runs = [subject.run(case, inputs=inputs, weights=weights, train=t) for t in (False, True)]
    return [values for run in runs for values in run.outputs.values()]


def _differ(one: list[Array], other: list[Array]) -> bool:
    if len(one) != len(other):
        raise CannotLook("two runs gave different numbers of outputs")
    pairs = zip(one, other, strict=True)
    return any(a.shape != b.shape or not np.array_equal(a, b, equal_nan=True) for a, b in pairs)
