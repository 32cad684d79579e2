"""Each optimizer step uses the gradients of its own batches only.

Why: Where the gradients are never cleared each step adds all earlier ones: it looks like momentum,
works for a while, and then diverges.
Fix: Call ``optimizer.zero_grad()`` once for every step, before the first backward that belongs to
it.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 21

_FAR = 1e-3
_STEPS = 3


def check(subject: Subject) -> Decision:
    """Replay later steps from the weights that they began with: the gradient must be the same."""
    each = _training.steps_of(subject, "accumulation")
    data = _training.data(subject, _STEPS * each)
    (trace,) = _training.train(subject, _training.Setting(data=data))
    for step in range(1, min(_STEPS, len(trace.steps))):
        start = step * each
        again = _training.Setting(data=data[start:], weights=trace.steps[step]["before"])
        (replay,) = _training.train(subject, again)
        used, alone = trace.gradient(step), replay.gradient(0)
        if _training.apart(used, alone) > _FAR:
            words = _words(used, alone, trace.gradient(step - 1))
            conditions = {"step": step + 1, "batches_per_step": each, "seed": again.seed}
            return failed(words, "the gradient of its own batches", conditions)
    trace.gradient(1)
    return passed(f"the same in {len(trace.steps)} steps as from a fresh start")


def _words(used: object, alone: object, former: object) -> str:
    used, alone, former = (np.asarray(value) for value in (used, alone, former))
    rest = used - alone
    if _training.apart(rest, former) < 0.05:
        return "the gradient of the step before is still in it"
    return f"a gradient that differs by {_training.apart(used, alone):.3g} from a fresh start"
