"""The loss is zero where the contract says: with every floating input at the given number.

Why: A divergence is zero where both distributions agree; a term that is left there (a forgotten
constant, a standard deviation for a logarithm) shifts the optimum of the whole sum.
Fix: Put the point into the formula by hand: for a Gaussian prior, mean 0 and log-variance 0 give
exactly 0 = -0.5 * (1 + 0 - 0 - 1).
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"zero at": (NUMBER,)}
COST = 3

_NOTHING = 1e-7


def check(subject: Subject) -> Decision:
    """Fill the inputs with the number, and look at the value and its slope."""
    number = float(subject.phrase.expression.value(subject.options))
    case = subject.case()
    inputs = {
        name: np.full_like(values, number) if values.dtype.kind == "f" else values
        for name, values in subject.inputs(case).items()
    }
    seen = float(np.max(np.abs(_loss.value(subject, case, inputs)), initial=0.0))
    conditions = subject.conditions(case, inputs=number)
    if seen > _NOTHING:
        return failed(f"a loss of {seen:.6g} at {number:g}", "0", conditions)
    return passed(f"0 at {number:g}", **conditions)
