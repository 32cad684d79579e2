"""Equal scores are treated alike: where they stand in the batch does not matter.

Why: A rank that follows the order of the rows gives a model that predicts one constant a perfect or
a worthless score, depending on how the data set is sorted.
Fix: Group equal scores: average their ranks, or move the threshold past all of them at once.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss, _metric
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("metric",)
DECIDES = {"ties in any order": (LAW,)}
COST = 4

_FAR = 1e-5
_LEVELS = (1, 2, 3)


def check(subject: Subject) -> Decision:
    """Round the scores to a few levels, and sort the rows by their targets both ways."""
    name, target = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    if inputs[name].dtype.kind != "f":
        raise CannotLook(f"{name} holds no scores")
    order = np.argsort(inputs[target].reshape(len(inputs[target]), -1)[:, 0], kind="stable")
    for levels in _LEVELS:
        tied = {**inputs, name: np.floor(inputs[name] * levels) / levels}
        if levels == 1:
            tied[name] = np.full_like(inputs[name], 0.5)
        up = _metric.once(subject, _loss.rows(subject, tied, order))
        down = _metric.once(subject, _loss.rows(subject, tied, order[::-1]))
        if apart(up, down) > _FAR:
            conditions = subject.conditions(case, levels=levels)
            seen = f"{up} with small targets first, {down} with large targets first"
            return failed(seen, "the same value", conditions)
    return passed("equal scores in any order", **subject.conditions(case))
