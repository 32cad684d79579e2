"""A metric that has seen nothing does what the contract says: a value, not-a-number, or an error.

Why: The first step of a run, an empty validation set and a class without examples all ask for it;
a division by zero there ends the run, and a silent 0 is read as a result.
Fix: Decide it in compute, before anything is divided.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _metric
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER, word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("metric",)
DECIDES = {"empty value": ("nan", "raises", NUMBER)}
COST = 2

_FAR = 1e-6


def check(subject: Subject) -> Decision:
    """Compute without any update, and again after a reset."""
    wanted = word(subject)
    compute = {**_metric.COMPUTE, "may_raise": True}
    case = _metric.batch(subject)
    used = [_metric.NEW, _metric.update(subject.inputs(case)), _metric.RESET, compute]
    for words, script in (("new", [_metric.NEW, compute]), ("reset", used)):
        played = _metric.play(subject, script)[-1]
        seen = played.raised or f"{_metric.value(subject, played)}"
        if not _holds(subject, wanted, played):
            conditions = subject.conditions(case, metric=words)
            return failed(f"{seen} when {words}", wanted, conditions)
    return passed(f"{seen} when nothing was seen")


def _holds(subject: Subject, wanted: str, played: _metric.Played) -> bool:
    if wanted == "raises" or played.raised:
        return wanted == "raises" and bool(played.raised)
    values = _metric.value(subject, played)
    if wanted == "nan":
        return bool(np.all(np.isnan(values)))
    number = float(subject.phrase.expression.value(subject.options))
    return bool(np.all(np.abs(values - number) <= _FAR))
