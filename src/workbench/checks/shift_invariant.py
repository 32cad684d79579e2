"""Adding the same number to all logits of an axis changes nothing.

Why: A softmax does not see such a shift; a loss that does uses the logits raw somewhere, or
normalises over the wrong axis.
Fix: Normalise over the class axis (log-softmax) before anything else happens to the logits.
"""

from __future__ import annotations

from workbench.checks import _loss
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"shift invariant": (LAW,)}
COST = 4


def implied(spec: Spec) -> list[str]:
    """Whatever reads logits of classes by a target reads their differences."""
    target = spec.inputs.get(spec.role("target"))
    whole = target is not None and target.dtype.startswith("int") and target.high is not None
    return ["shift invariant"] if whole and spec.role("prediction") == "logits" else []


def check(subject: Subject) -> Decision:
    """Shift along the axis that the law names, by another number at every other place."""
    name = _loss.part(subject, "prediction")
    texts = [axis.text for axis in subject.spec.inputs[name].axes]
    over = subject.phrase.over
    if over and over not in texts:
        raise CannotLook(f"{name} has no axis {over!r}")
    axis = texts.index(over) if over else _loss.class_axis(subject)
    case = subject.case()
    inputs = subject.inputs(case)
    shape = [1 if at == axis else size for at, size in enumerate(inputs[name].shape)]
    shift = 3.0 * subject.rng(41).standard_normal(shape)
    before = _loss.value(subject, case, inputs)
    after = _loss.value(subject, case, {**inputs, name: inputs[name] + shift})
    distance = apart(before, after)
    conditions = subject.conditions(case, axis=texts[axis])
    if distance > 1e-7:
        seen = f"the loss changes by {distance:.3g} with a shift along {texts[axis]}"
        return failed(seen, "the same loss", conditions)
    return passed(f"the same after a shift along {texts[axis]}", **conditions)
