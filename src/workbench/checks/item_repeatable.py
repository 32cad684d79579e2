"""The same index gives the same item: now, later, after other items, and in any worker.

Why: An item that changes between two looks cannot be debugged; a state that moves on with every
look gives each worker process other data.
Fix: Compute an item from its index alone. Where items are random on purpose, declare
``random items``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 6


def check(subject: Subject) -> Decision:
    """Look again, after others, with other random numbers, and as two workers would."""
    if _dataset.is_random(subject):
        return passed("its items are random, as declared")
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    at, others = count // 2, [0, count - 1, count // 2 - 1]
    script = [_dataset.item(at), *map(_dataset.item, others), _dataset.item(at, seed=5)]
    words = ["later"]
    if not _dataset.is_iterable(subject):  # there a worker has only its share of the items
        words += ["in the first worker", "in the second worker"]
        seats = [{"number": number, "count": 2, "seed": 40} for number in (0, 1)]
        script += [_dataset.item(at, worker=seat) for seat in seats]
    first, *looks = _dataset.play(subject, data, script)
    for where, played in zip(words, looks[len(others) :], strict=True):
        name = _differs(first.values, played.values)
        if name:
            conditions = {"items": data.count, "index": at, "workers": 2}
            return failed(f"another {name} {where}", "the same item", conditions)
    return passed(f"the same after other items, and {', '.join(words)}")


def _differs(one: Arrays, other: Arrays) -> str:
    same = {name: name in other and np.array_equal(one[name], other[name]) for name in one}
    return next((name for name, holds in same.items() if not holds), "")
