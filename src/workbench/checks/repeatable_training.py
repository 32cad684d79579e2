"""The same seed gives the same model, bit for bit.

Why: What cannot be repeated cannot be debugged: a seed that is drawn from the clock, a set that is
iterated in the order of its hashes, a global counter.
Fix: Draw everything random from torch's seeded generators, and reseed nothing inside the loop.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 27


def check(subject: Subject) -> Decision:
    """Train twice with dropout and a shuffled loader, and once with another seed."""
    data = _training.data(subject, 4 * _training.steps_of(subject, "accumulation"))
    same = _training.Setting(data=data, epochs=2, dropout=0.3, shuffle=True)
    fresh = _training.Setting(data=data, epochs=2, dropout=0.3, shuffle=True, seed=5)
    one, two = _training.train(subject, same, same)
    if not np.array_equal(one.after, two.after):
        far = float(np.max(np.abs(one.after - two.after)))
        seen = f"parameters that differ by up to {far:.3g} with the same seed"
        return failed(seen, "the same parameters", {"seed": 0})
    start = _training.Setting(**{**vars(fresh), "weights": one.before})
    (third,) = _training.train(subject, start)
    if np.array_equal(one.after, third.after) and len(one.steps):
        seen = "the same parameters with another seed, dropout and a shuffled loader"
        return failed(seen, "another course: the loop sets a seed of its own", {"seeds": [0, 5]})
    return passed("the same with the same seed, another with another")
