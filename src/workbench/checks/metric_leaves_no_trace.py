"""A metric needs no gradient: it keeps nothing of the model's graph and changes no input.

Why: A state that hangs on the graph keeps the activations of every batch alive, and memory grows
until the run dies in the third epoch.
Fix: Detach what comes in (or compute under no_grad), and work on copies.
"""

from __future__ import annotations

from workbench.checks import _metric
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 3


def check(subject: Subject) -> Decision:
    """Update with predictions that come from a model, and look at what is kept."""
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    learned = [subject.spec.role("prediction")]
    script = [_metric.NEW, _metric.update(inputs, grad=learned), _metric.COMPUTE]
    _, updated, computed = _metric.play(subject, script)
    conditions = subject.conditions(case, predictions="with a gradient")
    if updated.follows:
        seen = f"{updated.follows!r} still hangs on the graph of the model"
        return failed(seen, "states without a gradient", conditions)
    if computed.follows:
        return failed("a value with a gradient", "a value without one", conditions)
    if updated.changed:
        seen = f"the update changed {', '.join(updated.changed)}"
        return failed(seen, "inputs that stay as they were", conditions)
    return passed("nothing hangs on the graph, and no input is changed", **conditions)
