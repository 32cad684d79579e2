"""A metric's value has the declared shape and stays in the declared range, for right and wrong
predictions alike.

Why: An accuracy above one, or a score that is not a number as soon as one class is absent, decides
which model is kept; nobody looks at it again.
Fix: Divide by what was counted, give an empty class a defined value, and leave no axis behind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.checks import _loss, _metric
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 3

_SLACK = 1e-6


def check(subject: Subject) -> Decision:
    """Try ordinary, right and wrong predictions, one example, and one class alone."""
    tried = 0
    for words, case, inputs in _situations(subject):
        script = [_metric.NEW, _metric.update(inputs), _metric.COMPUTE]
        played = _metric.play(subject, script)[-1]
        names = {**subject.options, **case.sizes}
        conditions = subject.conditions(case, predictions=words)
        tried += 1
        for name, tensor in subject.spec.outputs.items():
            if name not in played.outputs:
                return failed(f"compute gave no {name!r}", str(tensor), conditions)
            values = np.asarray(played.outputs[name])
            if values.shape != tensor.shape(names):
                seen = f"{name} has the shape {values.shape} at {words}"
                return failed(seen, str(tensor.shape(names)), conditions)
            low = -np.inf if tensor.low is None else tensor.low.value(names)
            high = np.inf if tensor.high is None else tensor.high.value(names)
            wrong = _outside(values.astype(np.float64), float(low), float(high))
            if wrong is not None:
                expected = "a finite number" if tensor.low is None else f"{low}..{high}"
                return failed(f"{name} is {wrong} at {words}", expected, conditions)
    return passed(f"in range for {tried} kinds of predictions")


def _outside(values: Array, low: float, high: float) -> float | None:
    wrong = ~np.isfinite(values) | (values < low - _SLACK) | (values > high + _SLACK)
    return float(values[wrong].reshape(-1)[0]) if wrong.any() else None


def _situations(subject: Subject) -> Iterator[tuple[str, Case, Arrays]]:
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    yield "ordinary predictions", case, inputs
    name, target = subject.spec.role("prediction"), subject.spec.role("target")
    if name in inputs and target in inputs:
        try:
            right = _metric.perfect(subject, case, inputs)
        except CannotLook:
            return
        yield "right predictions", case, {**inputs, name: right}
        # Every example gets what would be right for its neighbour.
        yield "wrong predictions", case, {**inputs, name: np.roll(right, 1, 0)}
        if inputs[target].dtype.kind in "iu":
            alone = np.full_like(inputs[target], inputs[target].reshape(-1)[0])
            yield "one class alone", case, {**inputs, target: alone}
    one = _metric.batch(subject, 2)
    yield "a batch of few", one, _loss.rows(subject, inputs, np.arange(one.sizes["batch"]))
