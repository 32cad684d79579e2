"""From its start the module learns to give, on one batch, what it can give.

Why: A gradient that reaches every parameter for ordinary weights may be zero for the weights that
training starts with: both factors of a product begin at zero, every unit begins saturated or dead,
or each call undoes the step. The loss then stands still from the first step on.
Fix: Look at the initialisation: at most one factor of a product may begin at zero, biases must not
close a gate or silence a rectifier for every input, and ``forward`` must not write parameters.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, inconclusive, passed
from workbench.checks._inputs import Arrays, Case
from workbench.checks._subject import Subject

TIER = "deep"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 1500

_STEPS = 120
_RATES = (1e-2, 1e-3, 1e-1)  # one suits most modules, and the others the rest
_LEARNED = 0.7  # of the distance at the start; what is left can be hard to learn
_STUCK = 0.98


def check(subject: Subject) -> Decision:
    """Train it on one batch towards the outputs that it has with other weights."""
    case = subject.case(dtype="float32")
    if not subject.floating:
        return passed("no output is declared as floating point")
    if not subject.learned("float32"):
        return passed("the module has no parameter that learns")
    wanted = _wanted(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="born", steps=_STEPS)
    best = 1.0
    for rate in _RATES:
        more = {"wanted": wanted, "steps": _STEPS, "rate": rate, "until": _LEARNED}
        losses = subject.look("fit", case, weights="born", **more)["losses"]
        if losses[0] < 1e-9:
            return inconclusive("it begins with the outputs that it should learn", **conditions)
        share = min(loss for loss in losses if np.isfinite(loss)) / losses[0]
        if share <= _LEARNED:
            seen = f"{share:.2g} of the distance is left after {len(losses) - 1} steps of Adam"
            return passed(seen, **conditions, rate=rate)
        best = min(best, share)
    seen = f"the distance to outputs that it can give stays at {best:.2g} of what it was"
    if best < _STUCK:
        return inconclusive(f"{seen} in {_STEPS} steps of Adam", **conditions)
    return failed(seen, f"at most {_LEARNED} of it in {_STEPS} steps of Adam", conditions)


def _wanted(subject: Subject, case: Case) -> Arrays:
    """Take what the same module gives with weights of ordinary size: outputs that it can reach."""
    found = {
        name: values
        for name, values in subject.run(case).outputs.items()
        if np.issubdtype(values.dtype, np.floating)
        and values.size
        and np.all(np.isfinite(values))
        and np.var(values) > 0
    }
    if not found:
        raise CannotLook("no output has finite values that differ")
    return found
