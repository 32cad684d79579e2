"""Label smoothing mixes the target with all classes alike, by the declared amount.

Why: Smoothing that leaves the true class out, divides by one class too few or is applied after the
mean gives other optima; the loss curve looks the same.
Fix: Smooth the target distribution: (1 - e) at the true class plus e / C at every class
(Szegedy et al. 2016, section 7), and take the cross entropy with that.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _implied, _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"label smoothing": (NUMBER,)}
COST = 12


def implied(spec: Spec) -> list[str]:
    """Read an option for the amount of smoothing."""
    return _implied.equal(spec, "label smoothing", _implied.SMOOTHING, float)


def check(subject: Subject) -> Decision:
    """Compare with a mixture of the unsmoothed loss for every class.

    The loss is linear in the target distribution, so the smoothed loss is (1 - e) times the loss of
    the true class plus e times the mean of the losses that every class would have.
    """
    line = subject.phrase
    amount = float(line.expression.value(subject.options))
    names = line.expression.names & subject.spec.options.keys()
    if len(names) != 1:
        raise CannotLook("the right side is not one option that could be set to 0")
    option = next(iter(names))
    base = _loss.summed(subject) if "reduction" in subject.spec.options else subject
    smooth = _loss.variant(base, **{option: amount or 0.1})
    amount = amount or 0.1
    plain = _loss.variant(base, **{option: 0.0})
    case = _loss.batch(plain, bare=True)
    low, high = _loss.labels(plain, case)
    inputs = plain.inputs(case)
    target = _loss.part(plain, "target")
    every = [
        _loss.value(plain, case, {**inputs, target: np.full_like(inputs[target], label)})
        for label in range(low, high + 1)
    ]
    own = _loss.value(plain, case, inputs)
    expected = (1 - amount) * own + amount * np.mean(every, axis=0)
    seen = _loss.value(smooth, case, inputs)
    conditions = subject.conditions(case, **{option: amount})
    if apart(expected, seen) > tolerance(case.dtype):
        wanted = f"{expected}: (1 - e) of the true class and e / C of every class, e = {amount:g}"
        return failed(f"{seen}; without smoothing {own}", wanted, conditions)
    return passed(f"mixed with all {high - low + 1} classes by {amount:g}", **conditions)
