"""Reading items, batches and epochs leaves the data as it was given.

Why: A transform that works in place changes what the next epoch, another data set on the same
arrays or the evaluation reads; the first look is right, and all later ones are not.
Fix: Make a new tensor, or clone before a method whose name ends in an underscore.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 7


def check(subject: Subject) -> Decision:
    """Compare the arrays before and after all items were read, and one epoch."""
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    reads = [_dataset.item(index) for index in range(count)]
    script = [{"do": "data"}, *reads, _dataset.epoch(), {"do": "data"}]
    before, *_, after = _dataset.play(subject, data, script)
    for name, values in before.values.items():
        if not np.array_equal(values, after.values[name], equal_nan=values.dtype.kind == "f"):
            places = np.argwhere(values != after.values[name])
            seen = f"{name} has changed at {len(places)} places, the first {places[0].tolist()}"
            return failed(seen, "the data as they were given", {"items": data.count})
    return passed(f"{', '.join(before.values)} unchanged after {count} items and an epoch")
