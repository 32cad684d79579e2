"""Where all classes are predicted alike, the loss is what the contract says, for example log C.

Why: The first loss of a run is known before the run: a classifier that knows nothing has log C.
Another number is a wrong reduction or a logarithm of another base.
Fix: Feed zeros as logits and compare; look for log2, for a factor, for what the mean divides by.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"uniform value": (NUMBER,)}
COST = 3


def check(subject: Subject) -> Decision:
    """Predict zeros, or the same probability for every class."""
    name = _loss.part(subject, "prediction")
    case = subject.bare()
    inputs = subject.inputs(case)
    tensor = subject.spec.inputs[name]
    bounded = tensor.high is not None
    level = 1.0 / inputs[name].shape[_loss.class_axis(subject)] if bounded else 0.0
    inputs[name] = np.full_like(inputs[name], level)
    wanted = float(subject.phrase.expression.value({**subject.options, **case.sizes}))
    seen = _loss.value(subject, case, inputs)
    conditions = subject.conditions(case, prediction=level)
    if apart(np.full_like(seen, wanted), seen) > max(tolerance(case.dtype), 1e-6):
        return failed(f"{seen} at equal predictions", f"{wanted:.6g}", conditions)
    return passed(f"{wanted:.6g} at equal predictions", **conditions)
