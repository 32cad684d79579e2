"""A window's history reads its own times, and its future the times after it, each in its place.

Why: A mean that is taken over the whole series, a future that overlaps the history or is turned
round, or statistics with the future in them, give forecasts that look far better than they are.
Fix: Cut the history first and compute its statistics from it alone; begin the future where the
history ends.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset, _implied
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("dataset",)
DECIDES = {"future unseen": (LAW,)}
COST = 40

_MOVED = 3.0


def fits(spec: Spec) -> bool:
    """Whether items have a window and a horizon of one series."""
    return bool(_parts(spec))


def implied(spec: Spec) -> list[str]:
    """Read it off a window and a horizon."""
    return ["future unseen"] if _parts(spec) and _implied.of_windows(spec) else []


def _parts(spec: Spec) -> tuple[str, str] | None:
    """Name the parts of an item that are as long as the window and as the horizon."""
    found = []
    for form in (_implied.WINDOW, _implied.HORIZON):
        option = _implied.option(spec, form, int)
        named = [n for n, t in spec.outputs.items() if t.axes and t.axes[0].text == option]
        found += named if option and len(named) == 1 else []
    floats = [t.dtype.startswith("float") for t in spec.inputs.values()]
    return (found[0], found[1]) if len(found) == 2 and floats == [True] else None


def check(subject: Subject) -> Decision:
    """Move one time of the series after another, and see which rows of an item follow."""
    parts = _parts(subject.spec)
    if parts is None:
        raise CannotLook("it needs one series, and parts as long as a window and a horizon")
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    if count < 2:
        raise CannotLook("the series is too short for two windows")
    item = count // 2
    before = _item(subject, data, item)
    rest = [name for name in subject.spec.outputs if name != parts[1]]
    read, rows = [], dict[int, list[int]]()
    (name,) = data.inputs
    for time in range(data.count):
        values = data.inputs[name].copy()
        values[time] += _MOVED + np.arange(values[time].size).reshape(values[time].shape)
        moved = _dataset.Given(inputs={name: values}, lengths=data.lengths, count=data.count)
        after = _item(subject, moved, item)
        if any(not np.array_equal(before[part], after[part]) for part in rest):
            read.append(time)
        future = zip(before[parts[1]], after[parts[1]], strict=True)
        rows[time] = [at for at, (one, two) in enumerate(future) if not np.array_equal(one, two)]
    return _judged(subject, parts, read, rows, {"item": item, "times": data.count})


def _item(subject: Subject, data: _dataset.Given, index: int) -> Arrays:
    values = _dataset.play(subject, data, [_dataset.item(index)])[0].values
    missing = subject.spec.outputs.keys() - values.keys()
    if missing:
        raise CannotLook(f"an item has no {sorted(missing)[0]!r}; see `item_types`")
    return values


def _judged(
    subject: Subject,
    parts: tuple[str, str],
    read: list[int],
    rows: dict[int, list[int]],
    conditions: dict[str, int],
) -> Decision:
    """Compare the times that are read with those that should be."""
    window = int(subject.options[_implied.option(subject.spec, _implied.WINDOW, int)])
    horizon = int(subject.options[_implied.option(subject.spec, _implied.HORIZON, int)])
    if len(read) > window:
        seen = f"all but {parts[1]} depend on {len(read)} times, {read[0]} to {read[-1]}"
        return failed(seen, f"the {window} times of {parts[0]} alone", conditions)
    if len(read) < window or read != list(range(read[0], read[0] + window)):
        raise CannotLook(f"{parts[0]} depends on the times {read[:8]} ...")
    end = read[-1] + 1
    for time, moved in rows.items():
        wanted = [time - end] if end <= time < end + horizon else []
        if time not in read and moved != wanted:
            seen = f"the rows {moved or 'none'} of {parts[1]} follow the time {time}"
            words = f"the rows {wanted or 'none'}, as {parts[0]} ends before the time {end}"
            return failed(seen, words, conditions)
    return passed(f"{parts[0]} reads {window} times, {parts[1]} the {horizon} after", **conditions)
