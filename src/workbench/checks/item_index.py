"""An index beyond the end is an IndexError, and a negative one counts from the end or is one too.

Why: Python's own loop over a data set ends at the IndexError; without it the loop goes on for ever
or wraps round. A negative index that is off by one trains on the wrong label.
Fix: Index the underlying list with the index itself, or compare it with the length and raise
IndexError.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 5


def check(subject: Subject) -> Decision:
    """Ask beyond both ends, and for the last item by two names."""
    if _dataset.is_iterable(subject):
        return passed("its items have no index, as declared")
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    ends = (count, count + 7, -count - 1)
    script = [_dataset.item(index, may_raise=True) for index in ends]
    for index, played in zip(ends, _dataset.play(subject, data, script), strict=True):
        if played.raised != "IndexError":
            seen = played.raised or "an item"
            conditions = {"items": data.count, "length": count}
            return failed(f"{seen} at index {index} of {count}", "an IndexError", conditions)
    _dataset.items(subject, data, min(count, 1))
    script = [_dataset.item(count - 1, seed=0), _dataset.item(-1, seed=0, may_raise=True)]
    last, negative, least = _dataset.play(
        subject, data, [*script, _dataset.item(-count, seed=0, may_raise=True)]
    )
    if negative.raised == "IndexError":
        return passed("an IndexError beyond both ends, and for a negative index")
    if least.raised:
        expected = "item 0, as -1 is the last one"
        return failed(f"{least.raised} at index {-count}", expected, {"items": data.count})
    same = not negative.raised and all(
        name in negative.values and np.array_equal(values, negative.values[name])
        for name, values in last.values.items()
    )
    if not same:
        seen = negative.raised or "another item"
        expected = f"the item {count - 1}, or an IndexError"
        return failed(f"{seen} at index -1", expected, {"items": data.count})
    return passed("an IndexError beyond both ends; -1 is the last item")
