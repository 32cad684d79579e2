"""Training works: the loss over the training data falls.

Why: A loop can run, print and save without learning anything: the step is missing, the gradients
are cleared between backward and step, or the sign is turned round.
Fix: The order is: clear the gradients, forward, loss, backward, (clip,) step.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 20

_EPOCHS = 12
_RATE = 0.2
_ENOUGH = 0.95


def check(subject: Subject) -> Decision:
    """Train on data that can be learned, and compute the loss before and after by ourselves."""
    data = _training.data(subject, 8)
    setting = _training.Setting(data=data, epochs=_EPOCHS, rate=_RATE)
    (trace,) = _training.train(subject, setting)
    before, after = trace.losses
    conditions = {"batches": len(data), "epochs": _EPOCHS, "rate": _RATE, "seed": setting.seed}
    if not np.isfinite(after) or after > _ENOUGH * before:
        seen = f"{before:.4g} before and {after:.4g} after {len(trace.steps)} optimizer steps"
        return failed(seen, f"at most {_ENOUGH * before:.4g}", conditions)
    return passed(f"from {before:.4g} to {after:.4g} in {len(trace.steps)} steps", **conditions)
