"""The loss is smallest where the prediction is the target.

Why: A sign turned round, logits and targets swapped, or a divergence in the wrong direction gives a
loss that falls while the model gets worse.
Fix: Look at signs, at which argument is the prediction, and at what is subtracted from what.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"minimised at target": (LAW,)}
COST = 6

_SURE = 20.0  # a logit that makes a class all but certain
_DRAWS = 3
_FLAT = 1e-4


def check(subject: Subject) -> Decision:
    """Compare the loss at the target with the loss elsewhere, and look at its slope there."""
    name, target = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    case = subject.case()
    inputs = subject.inputs(case)
    best = _perfect(subject, case, inputs[name], inputs[target])
    least = float(np.mean(_loss.value(subject, case, {**inputs, name: best})))
    conditions = subject.conditions(case)
    for draw in range(_DRAWS):
        other = subject.inputs(subject.case(seed=50 + draw))[name]
        found = float(np.mean(_loss.value(subject, case, {**inputs, name: other})))
        if found < least - 1e-9:
            seen = f"{least:.6g} where the prediction is the target, {found:.6g} elsewhere"
            return failed(seen, "no smaller loss elsewhere", conditions)
    slope = _loss.gradient(subject, case, {**inputs, name: best}, name)
    steepest = float(np.max(np.abs(slope), initial=0.0))
    if steepest > _FLAT and inputs[name].shape == inputs[target].shape and _smooth(slope, best):
        seen = f"a slope of {steepest:.3g} where the prediction is the target"
        return failed(seen, "no slope at a minimum", conditions)
    return passed(f"{least:.6g} at the target, more elsewhere", **conditions)


def _perfect(subject: Subject, case: Case, prediction: Array, target: Array) -> Array:
    if prediction.shape == target.shape and target.dtype.kind == "f":
        return target.astype(prediction.dtype)
    low, _ = _loss.labels(subject, case)
    axis = _loss.class_axis(subject)
    count = prediction.shape[axis]
    sure = np.moveaxis((target[..., None] - low == np.arange(count)).astype(np.float64), -1, axis)
    bounded = subject.spec.inputs[_loss.part(subject, "prediction")].high is not None
    return (sure if bounded else _SURE * sure).astype(prediction.dtype)


def _smooth(slope: Array, best: Array) -> bool:
    """Tell a slope from a kink: at the minimum of |x| any slope between -1 and 1 is right."""
    return bool(np.unique(np.round(np.abs(slope), 9)).size > 2)
