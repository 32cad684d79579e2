"""Nothing is learned from the validation data: other validation data give the same model.

Why: A step on the validation batches, or statistics that are taken from them, makes the score that
is reported a score on training data.
Fix: No backward and no step in the evaluation; no normalisation, vocabulary or schedule from it. To
keep the best epoch is a choice that the contract can ask for: ``best weights restored``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 26


def check(subject: Subject) -> Decision:
    """Train twice, beside different validation data."""
    if "validation" not in subject.spec.roles:
        return passed("it is given no validation data")
    data = _training.data(subject, 2 * _training.steps_of(subject, "accumulation"))
    # Where the best weights are chosen by the loss, both runs are told the same losses.
    script = (5.0, 4.0) if _chooses(subject) else ()
    one, other = _training.train(
        subject,
        _training.Setting(data=data, epochs=2, dropout=0.2, script=script),
        _training.Setting(data=data, epochs=2, dropout=0.2, script=script, validation=901),
    )
    if not np.array_equal(one.after, other.after):
        far = float(np.max(np.abs(one.after - other.after)))
        seen = f"parameters that differ by up to {far:.3g} with other validation data"
        return failed(seen, "the same parameters", {"validation_seeds": [900, 901]})
    return passed("the same parameters with other validation data")


def _chooses(subject: Subject) -> bool:
    phrases = {line.phrase for line in subject.spec.requires.values()}
    return bool(phrases & {"patience", "best weights restored"}) or "patience" in (
        subject.spec.options
    )
