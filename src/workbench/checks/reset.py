"""After a reset the metric is as new.

Why: A count that survives the reset carries the training batches into the validation score, or one
epoch into the next.
Fix: Set every state in reset back to what the constructor gave it; make new lists, do not keep a
reference to the old ones.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.checks import _metric
from workbench.checks._compare import apart
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 4

_FAR = 1e-6


def check(subject: Subject) -> Decision:
    """Use it, compute, reset, and compare with a new one; one metric does not know another."""
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    first = _metric.update(subject.inputs(replace(case, seed=case.seed + 5)))
    then = _metric.update(inputs)
    fresh = _metric.once(subject, inputs)
    used = [_metric.NEW, first, _metric.COMPUTE, _metric.RESET, then, _metric.COMPUTE]
    seen = _metric.value(subject, _metric.play(subject, used)[-1])
    conditions = subject.conditions(case)
    if apart(fresh, seen) > _FAR:
        return failed(f"{seen} after a reset, {fresh} when new", "the same value", conditions)
    beside = [_metric.NEW, first, {**_metric.NEW, "slot": 1}]
    beside += [{**then, "slot": 1}, {**_metric.COMPUTE, "slot": 1}]
    seen = _metric.value(subject, _metric.play(subject, beside)[-1])
    if apart(fresh, seen) > _FAR:
        words = f"{seen} beside another metric, {fresh} alone"
        return failed(words, "the same value", conditions)
    return passed("as new after a reset, and apart from another metric", **conditions)
