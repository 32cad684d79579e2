"""A very large or very small prediction gives a finite loss with a finite gradient.

Why: exp of a large logit overflows, log of a probability that was rounded to 0 is infinite, and one
such example turns every weight of the model into not-a-number.
Fix: Use log-softmax, log-sum-exp or softplus on the logits, and clamp probabilities before a
logarithm.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks import _loss
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Case
from workbench.checks._subject import Subject
from workbench.spec import Tensor

TIER = "live"
KINDS = ("loss",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 7

_LARGE = 1e4  # exp overflows beyond 88 in single precision


def check(subject: Subject) -> Decision:
    """Put the ends of the legal range, or large numbers, into the prediction."""
    name = _loss.part(subject, "prediction")
    tensor = subject.spec.inputs[name]
    if "float" not in tensor.dtype:
        return passed(f"{name} is not a floating point number")
    case = replace(subject.case(), dtype="float32")
    for words, values in _extremes(subject, case, tensor).items():
        inputs = {**subject.inputs(case), name: values}
        conditions = subject.conditions(case, prediction=words)
        found = _loss.value(subject, case, inputs)
        if not np.all(np.isfinite(found)):
            return failed(f"a loss of {_some(found)} at {words}", "a finite loss", conditions)
        slope = _loss.gradient(subject, case, inputs, name)
        if not np.all(np.isfinite(slope)):
            seen = f"a gradient of {_some(slope)} at {words}"
            return failed(seen, "a finite gradient", conditions)
    return passed("finite, and with a finite gradient, at extreme predictions")


def _extremes(subject: Subject, case: Case, tensor: Tensor) -> dict[str, Array]:
    names = {**subject.options, **case.sizes}
    low, high = (
        float(end.value(names)) if end is not None else default
        for end, default in ((tensor.low, -_LARGE), (tensor.high, _LARGE))
    )
    shape = subject.inputs(case)[tensor.name].shape
    mixed = np.where(subject.rng(31).random(shape) < 0.5, low, high)
    found = {
        f"predictions of {low:g} and {high:g}": mixed,
        f"predictions that are all {high:g}": np.full(shape, high),
        f"predictions that are all {low:g}": np.full(shape, low),
    }
    return {words: values.astype(np.float32) for words, values in found.items()}


def _some(values: Array) -> str:
    broken = values[~np.isfinite(values)].reshape(-1)
    return f"{broken[0]} ({broken.size} of {values.size})"
