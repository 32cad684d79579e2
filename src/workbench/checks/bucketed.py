"""Items of similar length come into one batch, so that little is padded.

Why: Padding costs as much as content. Buckets that do not work are not seen in any result, only in
the time that a run takes.
Fix: Sort by length (within a window that is shuffled), cut into batches, and shuffle the batches.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("dataset",)
DECIDES = {"bucketed by length": (LAW,)}
COST = 11

_MANY, _SIZE = 67, 4
_SHARE = 0.5  # of the padding that batches in random order would need


def check(subject: Subject) -> Decision:
    """Compare the padding of an epoch with that of batches drawn at random."""
    if "ragged" not in subject.spec.roles:
        raise CannotLook("no size differs from item to item; write the role ragged")
    data = _dataset.given(subject, count=_MANY)
    count = _dataset.length(subject, data)
    known = _dataset.items(subject, data, count)
    lengths = np.array([len(values[_dataset.first(subject)]) for values in known])
    step = _dataset.epoch(_SIZE, shuffle=True)
    played = _dataset.play(subject, data, [step])[0]
    batches = _dataset.order(subject, played.batches, known)
    used = sum(int((lengths[batch].max() - lengths[batch]).sum()) for batch in batches)
    rng = subject.rng(61)
    usual = np.mean([_padding(rng.permutation(lengths)) for _ in range(20)])
    conditions = {"items": count, "batch_size": _SIZE, "shuffle": True}
    if used > _SHARE * usual:
        seen = f"{used} padded places in an epoch, {usual:.0f} in a random order"
        return failed(seen, f"at most {_SHARE * usual:.0f}", conditions)
    return passed(f"{used} padded places, {usual:.0f} in a random order", **conditions)


def _padding(lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    cuts = [lengths[at : at + _SIZE] for at in range(0, len(lengths), _SIZE)]
    return sum(int((cut.max() - cut).sum()) for cut in cuts)
