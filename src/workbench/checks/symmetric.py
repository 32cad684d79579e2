"""The loss is symmetric: prediction and target may change places.

Why: A distance that treats its two sides differently pulls one of them only, and a divergence that
should be symmetric but is not has two different optima.
Fix: Use both orders and average, or a formula in which both sides stand alike.
"""

from __future__ import annotations

from workbench.checks import _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"symmetric": (LAW,)}
COST = 4


def check(subject: Subject) -> Decision:
    """Swap the two and compare."""
    one, other = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    case = subject.case()
    inputs = subject.inputs(case)
    if inputs[one].shape != inputs[other].shape:
        raise CannotLook(f"{one} and {other} have different shapes")
    before = _loss.value(subject, case, inputs)
    after = _loss.value(subject, case, {**inputs, one: inputs[other], other: inputs[one]})
    conditions = subject.conditions(case)
    if apart(before, after) > tolerance(case.dtype):
        return failed(f"{before}, and {after} with both swapped", "the same loss", conditions)
    return passed("the same with both swapped", **conditions)
