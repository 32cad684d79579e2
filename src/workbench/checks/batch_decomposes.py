"""The loss of a batch is put together from the losses of its examples.

Why: A loss that looks across examples (a norm over the batch, a broadcast of (batch,) against
(batch, 1)) depends on the batch size and compares each prediction with every target.
Fix: Give prediction and target the same shape before they are subtracted; reduce the batch axis
last. A contrastive loss needs the others: do not ask this of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks import _loss
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"batch decomposes": (LAW,)}
COST = 9


def check(subject: Subject) -> Decision:
    """Compute every example alone and compare their mean or sum with the batch."""
    case = _loss.batch(subject)
    inputs = subject.inputs(case)
    whole = _loss.value(subject, case, inputs)
    one = replace(case, sizes={**case.sizes, "batch": 1})
    alone = [
        _loss.value(subject, one, _loss.rows(subject, inputs, [row]))
        for row in range(case.sizes["batch"])
    ]
    conditions = subject.conditions(case)
    if whole.size > 1:
        together = np.concatenate([np.atleast_1d(part) for part in alone])
        wanted = {"the losses of its examples": together.reshape(whole.shape)}
    else:
        wanted = {"their mean": np.mean(alone, axis=0), "their sum": np.sum(alone, axis=0)}
    distances = {words: apart(value, whole) for words, value in wanted.items()}
    words = min(distances, key=lambda name: distances[name])
    if distances[words] > tolerance(case.dtype):
        listed = ", ".join(f"{words} {np.mean(value):.6g}" for words, value in wanted.items())
        return failed(
            f"{np.mean(whole):.6g} for the batch; its examples: {listed}", words, conditions
        )
    return passed(f"the loss of a batch is {words}", **conditions)
