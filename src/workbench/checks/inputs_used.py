"""Every input has an influence on some output.

Why: An argument that is taken and never read (segments, a mask, a condition, a weight) runs, trains
and is missed only where it would have mattered.
Fix: Look where the named input goes; exempt one that is kept for a caller's sake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from workbench.checks import _metric
from workbench.checks._compare import finite
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("model", "layer", "loss", "metric")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 7

_DRAWS = 4  # a choice or a rectifier may hide one change, not all of them


def check(subject: Subject) -> Decision:
    """Draw each input anew, the others as they were, until an output differs."""
    _outputs(subject, _case(subject, 0), subject.inputs(_case(subject, 0)), 0)  # it has to run
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
        inputs = {**unmasked(inputs, draw), name: inputs[name]}
        if draw % 2:
            inputs = {n: v if n == name else _signed(subject, n, v) for n, v in inputs.items()}
        before: list[Array] = []
        for other in _others(subject, case, name, inputs[name]):
            try:
                before = before or _outputs(subject, case, inputs, draw)
            except CandidateRaised:
                break  # a mask of one kind throughout may be refused
            if not all(finite(values) for values in before):
                break  # `finite` and `numerics` speak of that
            looked = True
            try:
                after = _outputs(subject, case, {**inputs, name: other}, draw)
            except CandidateRaised:
                return True  # what is refused was read
            if _differ(before, after):
                return True
    return not looked


def unmasked(inputs: Arrays, draw: int) -> Arrays:
    """Leave masks as they are drawn in half of the draws; let them be all false, then all true."""
    level = {2: False, 3: True}.get(draw % 4)
    return {
        name: np.full_like(v, level) if v.dtype == bool and level is not None else v
        for name, v in inputs.items()
    }


def _signed(subject: Subject, name: str, values: Array) -> Array:
    """Take signs of the last input, which may be a label of plus or minus one without a range."""
    tensor = subject.spec.inputs[name]
    last = name == list(subject.spec.inputs)[-1]
    return np.sign(values) if last and tensor.low is None and values.dtype.kind == "f" else values


def _others(subject: Subject, case: Case, name: str, values: Array) -> Iterator[Array]:
    """Yield other legal values, all different from those that are there."""
    tensor = subject.spec.inputs[name]
    others = [subject.inputs(replace(case, seed=case.seed + 500))[name]]
    if values.dtype == bool:
        others.append(~values)
    elif tensor.low is None and values.dtype.kind == "f":
        # A label of plus or minus one is a fraction for a contract that gives no range.
        others += [np.sign(values), -np.sign(values), np.zeros_like(values), 30 * values]
    yield from (other for other in others if values.size and not np.array_equal(values, other))


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
