"""Random items are random in every worker, and repeatable with the same seed.

Why: A generator that is made once and copied into every worker process gives all of them the same
random numbers; an augmentation of eight workers is then one augmentation, eight times.
Fix: Use torch's own random numbers, which each worker seeds for itself, or make the generator in
the worker, from ``torch.initial_seed()``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("dataset",)
DECIDES = {"random items": (LAW,)}
COST = 7

_PLACES = (0, 3, 5)


def check(subject: Subject) -> Decision:
    """Compare workers with each other, with themselves, and with other seeds."""
    data = _dataset.given(subject)
    first = _drawn(subject, data, number=0, seed=40)
    if not _differ(first, _drawn(subject, data, number=0, seed=41)):
        seen = "the same items with another seed"
        return failed(seen, "other random numbers in another epoch", {"seeds": [40, 41]})
    if not _differ(first, _drawn(subject, data, number=1, seed=40)):
        return failed("the same random numbers in two workers", "each its own", {"seed": 40})
    if _differ(first, _drawn(subject, data, number=0, seed=40)):
        return failed("other items with the same seed", "the same items", {"seed": 40})
    return passed("each worker has its own random numbers, the same for the same seed")


def _drawn(subject: Subject, data: _dataset.Given, *, number: int, seed: int) -> list[Arrays]:
    worker = {"number": number, "count": 2, "seed": seed}
    script = [_dataset.item(place, worker=worker) for place in _PLACES]
    return [played.values for played in _dataset.play(subject, data, script, pinned=False)]


def _differ(one: list[Arrays], other: list[Arrays]) -> bool:
    return any(
        not np.array_equal(a[name], b[name]) for a, b in zip(one, other, strict=True) for name in a
    )
