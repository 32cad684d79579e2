"""Parameters that are frozen stay as they are, and stay frozen.

Why: A loop that gives every parameter to its optimizer, sets requires_grad on all of them or decays
weights by hand changes the very part that was meant to be kept.
Fix: Give the optimizer ``p for p in model.parameters() if p.requires_grad``, and touch nothing
else.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 28


def check(subject: Subject) -> Decision:
    """Train a model with a frozen layer, with weight decay."""
    data = _training.data(subject, 2 * _training.steps_of(subject, "accumulation"))
    (trace,) = _training.train(subject, _training.Setting(data=data, epochs=2, decay=0.1))
    names = [entry["name"] for entry in trace.parameters if not entry["learned"]]
    moved = [
        name
        for name in names
        if not np.array_equal(trace.part(trace.before, name), trace.part(trace.after, name))
    ]
    if moved:
        return failed(f"{', '.join(moved)} changed", "frozen parameters as they were")
    thawed = [e["name"] for e in trace.parameters if e["learns"] and not e["learned"]]
    if thawed:
        return failed(f"{', '.join(thawed)} may learn afterwards", "frozen parameters stay frozen")
    return passed(f"{', '.join(names)} as before")
