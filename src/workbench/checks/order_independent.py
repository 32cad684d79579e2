"""The order of the examples does not matter: another order gives the same value.

Why: A value that depends on the order compares the wrong rows, or remembers more of the last batch
than of the first; it changes whenever the loader is shuffled.
Fix: Look for reshapes across the batch axis, for targets that are sorted or rolled, and for running
averages where a sum belongs.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss, _metric
from workbench.checks._compare import apart
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES = {"order independent": (LAW,)}
COST = 4


def check(subject: Subject) -> Decision:
    """Reverse and roll the examples, of all inputs together."""
    metric = subject.spec.kind == "metric"
    case = _metric.batch(subject) if metric else _loss.batch(subject)
    inputs = subject.inputs(case)
    before = _value(subject, case, inputs)
    count = case.sizes["batch"]
    for words, order in (
        ("reversed", np.arange(count)[::-1]),
        ("rolled", np.roll(np.arange(count), 2)),
    ):
        after = _value(subject, case, _loss.rows(subject, inputs, order))
        expected = before[order] if before.shape[:1] == (count,) else before
        distance = apart(expected, after)
        if distance > (1e-6 if metric else 1e-9):
            conditions = subject.conditions(case, order=words)
            return failed(f"{before}, and {after} in {words} order", "the same value", conditions)
    return passed("the same in reversed and in rolled order", **subject.conditions(case))


def _value(subject: Subject, case: Case, inputs: Arrays) -> Array:
    if subject.spec.kind == "metric":
        return _metric.once(subject, inputs)
    return _loss.value(subject, case, inputs)
