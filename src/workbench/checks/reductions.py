"""The reductions of a loss agree: mean and sum are the mean and the sum of what none gives.

Why: A mean that divides by the batch where the sum runs over tokens changes the learning rate by
the sequence length, and nobody notices until two runs are compared.
Fix: Compute the loss of each element once, reduce at the very end, and refuse any other word. Where
ignored targets or class weights count in the divisor, say so: ``mean over == kept``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks import _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import word
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("loss",)
DECIDES = {"mean over": ("elements", "examples", "kept", "weights")}
COST = 5

_UNKNOWN = "meen"  # a slip that must not pass for a reduction


def check(subject: Subject) -> Decision:
    """Build the loss with each reduction and compare."""
    if "reduction" not in subject.spec.options:
        if subject.requirement is None:
            return passed("the loss has no option 'reduction'")
        raise CannotLook("there is no option 'reduction', so the elements cannot be had")
    case = _loss.batch(subject) if "batch" in subject.spec.sizes else subject.case()
    inputs = subject.inputs(case)
    if subject.requirement is None and subject.spec.role("weight") in subject.optional:
        case = replace(case, without=(subject.spec.role("weight"),))
        inputs = subject.inputs(case)  # weights have a divisor of their own
    if subject.requirement is not None:
        inputs = _some_ignored(subject, inputs)
    each, total, mean = (
        _loss.value(_loss.variant(subject, reduction=reduction), case, inputs)
        for reduction in ("none", "sum", "mean")
    )
    conditions = subject.conditions(case, reductions=["none", "sum", "mean"])
    problem = _shaped(subject, case, inputs) or _refuses(subject, case, inputs)
    if problem is not None:
        return problem
    far = tolerance(case.dtype)
    if apart(np.asarray(each.sum()), total) > far:
        return failed(f"sum gives {total}", f"{each.sum():.7g}, the sum of none", conditions)
    divisor = _divisor(subject, case, inputs, each)
    if divisor is not None and apart(np.asarray(each.sum() / divisor), mean) > far:
        seen = f"mean gives {mean}, which is the sum divided by {each.sum() / mean:.6g}"
        return failed(seen, f"the sum divided by {divisor:.6g}", conditions)
    return passed("none, sum and mean agree", **conditions)


def _shaped(subject: Subject, case: Case, inputs: Arrays) -> Decision | None:
    """Look at the shape of what none gives: one number for each target, ignored ones too.

    A loss of sets, an overlap for instance, has one for each example.
    """
    conditions = subject.conditions(case, reduction="none")
    marked = _some_ignored(subject, inputs)
    each = _loss.value(_loss.variant(subject, reduction="none"), case, marked)
    target = inputs.get(subject.spec.role("target"))
    shapes = (target.shape, target.shape[:1]) if target is not None else ()
    if target is not None and _one_each(subject) and each.shape not in shapes:
        seen = f"reduction 'none' gives the shape {each.shape} for targets {target.shape}"
        return failed(seen, "one number for each target", conditions)
    if each.size == 1 and any(values.size > 1 for values in inputs.values()):
        return failed("reduction 'none' gives one number", "one for each element", conditions)
    return None


def _one_each(subject: Subject) -> bool:
    """Whether every target is one label, and not a part of a sequence as a whole."""
    try:
        _loss.class_axis(subject)
    except CannotLook:
        return False
    return subject.spec.inputs[subject.spec.role("target")].dtype.startswith("int")


def _refuses(subject: Subject, case: Case, inputs: Arrays) -> Decision | None:
    """Ask for a reduction that does not exist."""
    try:
        found = _loss.value(_loss.variant(subject, reduction=_UNKNOWN), case, inputs)
    except CandidateRaised:
        return None
    seen = f"reduction {_UNKNOWN!r} gives {found.reshape(-1)[:1]} without a word"
    return failed(seen, "a ValueError that names the legal reductions", {"reduction": _UNKNOWN})


def _some_ignored(subject: Subject, inputs: Arrays) -> Arrays:
    for line in subject.spec.requires.values():
        if line.phrase == "ignored targets":
            name = _loss.part(subject, "target")
            changed = inputs[name].copy()
            changed.reshape(-1)[:2] = int(line.expression.value(subject.options))
            return {**inputs, name: changed}
    return inputs


def _divisor(subject: Subject, case: Case, inputs: Arrays, each: Array) -> float | None:
    """Return what a mean divides by; None where weights decide and nothing is declared."""
    if subject.requirement is None:
        return None if subject.spec.role("weight") in subject.spec.options else float(each.size)
    over = word(subject)
    if over == "elements":
        return float(each.size)
    if over == "examples":
        return float(case.sizes.get("batch", 1))
    name = _loss.part(subject, "target")
    target, kept = inputs[name], np.ones(inputs[name].shape, bool)
    for line in subject.spec.requires.values():
        if line.phrase == "ignored targets":
            kept = target != int(line.expression.value(subject.options))
    if over == "kept":
        return float(kept.sum())
    role = subject.spec.role("weight")
    weights = np.asarray(inputs.get(role, subject.spec.options.get(role, 1.0)), np.float64)
    if weights.ndim != 1:
        raise CannotLook("no input and no option holds one weight for each class")
    return float(weights[np.where(kept, target, 0)][kept].sum())
