"""Every parameter that may learn is in the optimizer and changes.

Why: A head that was added after the optimizer was built, a group that was filtered by name, or a
second model that nobody handed over stays as it was initialised.
Fix: Build the optimizer last, from all parameters; compare the groups with
``model.named_parameters()``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 29


def check(subject: Subject) -> Decision:
    """Train, and compare all parameters and the optimizer's groups."""
    data = _training.data(subject, 4 * _training.steps_of(subject, "accumulation"))
    (trace,) = _training.train(subject, _training.Setting(data=data, epochs=3))
    if not trace.steps:
        raise CannotLook("no optimizer took a step")
    names = [entry["name"] for entry in trace.parameters if entry["learned"]]
    held = {name for group in trace.groups for name in group["names"]}
    missing = [name for name in names if name not in held]
    if missing:
        return failed(f"{', '.join(missing)} in no group of the optimizer", "every parameter")
    still = [
        name
        for name in names
        if np.array_equal(trace.part(trace.before, name), trace.part(trace.after, name))
    ]
    if still:
        return failed(f"{', '.join(still)} did not change", "a change of every parameter")
    return passed(f"all {len(names)} parameters that learn changed")
