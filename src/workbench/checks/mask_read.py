"""What a mask hides has no influence, whichever way the mask is meant.

Why: A mask that reaches one layer of several, or the queries where the keys are meant, lets padding
into the result; the contract need not say which of True and False is padding to see that.
Fix: Give the mask to every layer that looks at other positions, and to the pooling.
"""

from __future__ import annotations

import re

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array
from workbench.checks._requirement import place
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 9

_CALLED = re.compile(r"(^|_)(mask|masks|padding|valid)($|_)|padding_mask")


def check(subject: Subject) -> Decision:
    """Change the content behind the end of each example, with the mask meant in both ways."""
    subject.run(subject.case())  # it has to run, whether or not there is a mask
    said = {line.under for line in subject.spec.requires.values()}
    for name, tensor in subject.spec.inputs.items():
        axes = [axis.text for axis in tensor.axes]
        if name in said or tensor.dtype != "bool" or len(axes) != 2 or not _CALLED.search(name):
            continue
        distances = [_change(subject, name, axes[1], keeps=keeps) for keeps in (True, False)]
        known = [distance for distance in distances if distance is not None]
        if known and min(known) > tolerance(subject.exact):
            seen = f"outputs change by {min(known):.3g} with content that {name} hides"
            expected = "no change, where True or where False means padding"
            return failed(seen, expected, subject.conditions(subject.case(), mode="eval"))
    return passed("no mask lets through what it hides")


def _change(subject: Subject, name: str, axis: str, *, keeps: bool) -> float | None:
    """Measure how far outputs at real places move; nothing where no content has the axis."""
    case = subject.case()
    inputs, other = subject.inputs(case), subject.inputs(subject.case(seed=31))
    shape = inputs[name].shape
    lengths = np.maximum(shape[1] - 2 * (np.arange(shape[0]) + 1), 1)
    real = np.arange(shape[1])[None] < lengths[:, None]
    given = {**inputs, name: real if keeps else ~real}
    changed = {n: _replaced(subject, n, v, other[n], real, axis) for n, v in given.items()}
    changed[name] = given[name]
    if all(np.array_equal(changed[n], given[n]) for n in given):
        return None
    moved = {n: _replaced(subject, n, v, other[n], ~real, axis) for n, v in given.items()}
    moved[name] = given[name]
    before, after, others = (
        subject.run(case, inputs=each).outputs for each in (given, changed, moved)
    )
    if not any(_apart(subject, n, before[n], others[n], real, axis) for n in before):
        return None  # read in this way it hides what is real as well
    return max(_apart(subject, n, before[n], after[n], real, axis) for n in before)


def _replaced(
    subject: Subject, name: str, values: Array, other: Array, real: Array, axis: str
) -> Array:
    at = place(subject, name, axis)
    if at is None or values.shape[0] != real.shape[0]:
        return values
    shape = [1] * values.ndim
    shape[0], shape[at] = real.shape
    return np.where(real.reshape(shape), values, other)


def _apart(subject: Subject, name: str, one: Array, other: Array, real: Array, axis: str) -> float:
    at = place(subject, name, axis)
    if at is not None and at > 0 and one.shape == other.shape:
        one, other = (np.moveaxis(values, at, 1)[real] for values in (one, other))
    return apart(one, other)
