"""Several updates give the same value as one update with everything.

Why: The mean of the batches' means is not the mean: with a smaller last batch the reported number
depends on the batch size, and two papers cannot be compared.
Fix: Keep sums and counts (or all values, where the metric needs them), and divide in compute.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _metric
from workbench.checks._compare import apart
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 4

_FAR = 1e-5
_CUTS = ((1, 2), (9, 9), (17,))


def check(subject: Subject) -> Decision:
    """Cut a batch into unequal parts."""
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    whole = _metric.once(subject, inputs)
    for sizes in _CUTS:
        cut = [_metric.update(part) for part in _metric.parts(subject, inputs, sizes)]
        script = [_metric.NEW, *cut, _metric.COMPUTE]
        seen = _metric.value(subject, _metric.play(subject, script)[-1])
        if apart(whole, seen) > _FAR:
            conditions = subject.conditions(case, first_parts=list(sizes))
            words = f"{seen} in {len(cut)} updates, {whole} in one"
            return failed(words, "the same value", conditions)
    return passed(f"the same in parts as in one update: {np.round(whole, 6)}")
