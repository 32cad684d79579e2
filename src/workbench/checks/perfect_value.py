"""Right predictions get the value that the contract gives them, for example 1.

Why: It is the one point of a metric that everybody knows. A confusion of axes, a threshold on the
wrong side or a division by one too many shows there at once.
Fix: Go through the formula with a prediction that equals the target.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss, _metric
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("metric",)
DECIDES = {"perfect value": (NUMBER,)}
COST = 3

_FAR = 1e-5


def check(subject: Subject) -> Decision:
    """Predict the target."""
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    name = _loss.part(subject, "prediction")
    inputs[name] = _metric.perfect(subject, case, inputs)
    seen = _metric.once(subject, inputs)
    wanted = float(subject.phrase.expression.value({**subject.options, **case.sizes}))
    conditions = subject.conditions(case, predictions="right")
    if not np.all(np.abs(seen - wanted) <= _FAR * max(1.0, abs(wanted))):
        return failed(f"{seen} for right predictions", f"{wanted:g}", conditions)
    return passed(f"{wanted:g} for right predictions", **conditions)
