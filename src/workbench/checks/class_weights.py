"""Class weights act as declared: an element counts with the weight of its own class.

Why: Weights that are looked up by the prediction, by the position or not at all leave a loss that
falls as it should, while the rare class that they were made for is never learned.
Fix: Index the weights with the target, multiply the loss of each element, and divide a mean by the
sum of the weights that were used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from workbench.checks import _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"class weights": (LAW,)}
COST = 10


def check(subject: Subject) -> Decision:
    """Predict the weighted loss from the loss of each example alone, and compare."""
    role = subject.phrase.under or subject.spec.role("weight")
    if role not in subject.spec.inputs and role not in subject.spec.options:
        raise CannotLook("nothing is the weight; write 'class weights under' and its name")
    plain = _unsmoothed(subject)
    case = _loss.batch(plain)
    low, high = _loss.labels(plain, case)
    inputs = plain.inputs(case)
    target = _loss.part(plain, "target")
    inputs[target] = _one_label_each(plain, inputs[target], low, high)
    classes = np.moveaxis(inputs[target], _loss.batched(plain, target) or 0, 0)
    classes = classes.reshape(case.sizes["batch"], -1)[:, 0] - low
    rng = subject.rng(71)
    weights = rng.uniform(0.5, 4.0, high - low + 1)
    alone = np.array([_alone(plain, role, case, inputs, row) for row in range(len(classes))])
    seen = _weighted(plain, role, case, inputs, weights)
    used = weights[classes]
    expected = {
        "the weighted mean": np.asarray((used * alone).sum() / used.sum()),
        "the mean of weighted losses": np.asarray((used * alone).mean()),
        "the sum of weighted losses": np.asarray((used * alone).sum()),
    }
    conditions = subject.conditions(case, weights=[float(weight) for weight in weights])
    if seen.size > 1:
        each = seen.reshape(len(classes), -1).mean(1)
        distances = {"the weighted losses": apart(used * alone, each)}
    else:
        distances = {words: apart(value, seen) for words, value in expected.items()}
    words = min(distances, key=lambda name: distances[name])
    if distances[words] <= tolerance(case.dtype):
        return passed(f"it is {words}", **conditions)
    wanted = ", ".join(f"{words} {value:.6g}" for words, value in expected.items())
    return failed(f"{seen}", wanted if seen.size == 1 else "w[target] * loss", conditions)


def _unsmoothed(subject: Subject) -> Subject:
    """Return the loss without label smoothing, which mixes the weights of all classes."""
    names: set[str] = set()
    for line in subject.spec.requires.values():
        if line.phrase == "label smoothing":
            names |= line.expression.names & subject.spec.options.keys()
    return _loss.variant(subject, **dict.fromkeys(names, 0.0)) if names else subject


def _one_label_each(subject: Subject, target: Array, low: int, high: int) -> Array:
    """Give every example one label of its own, the same at all its places."""
    axis = _loss.batched(subject, _loss.part(subject, "target")) or 0
    count = target.shape[axis]
    labels = subject.rng(72).integers(low, high, count, endpoint=True)
    shape = [1] * target.ndim
    shape[axis] = count
    return np.broadcast_to(labels.reshape(shape), target.shape).astype(target.dtype).copy()


def _alone(subject: Subject, role: str, case: Case, inputs: Arrays, row: int) -> float:
    """Return the unweighted loss of one example, by itself."""
    one = replace(case, sizes={**case.sizes, "batch": 1})
    picked = _loss.rows(subject, inputs, [row])
    classes = np.ones(_count(subject, role, inputs))
    return float(np.mean(_weighted(subject, role, one, picked, classes)))


def _count(subject: Subject, role: str, inputs: Arrays) -> int:
    held: Any = inputs.get(role, subject.spec.options.get(role))
    return int(np.size(held))


def _weighted(subject: Subject, role: str, case: Case, inputs: Arrays, weights: Array) -> Array:
    if role in subject.spec.inputs:
        held = inputs[role]
        return _loss.value(subject, case, {**inputs, role: weights.astype(held.dtype)})
    listed = [float(weight) for weight in weights]
    return _loss.value(_loss.variant(subject, **{role: listed}), case, inputs)
