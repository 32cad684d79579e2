"""The order of the input matters.

Why: Attention alone does not know positions; without them a sentence and its reversal are the same,
and nothing in shapes, parameters or loss curves of easy data says so.
Fix: Add positions to the embeddings, or to the scores of every attention layer; check that the
table is really added and that its rows differ.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import LAW, axis_of, place
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"position sensitive": (LAW,)}
COST = 9


def fits(spec: Spec) -> bool:
    """Whether an input has an axis of flexible length, along which order can matter."""
    axes = {axis.text for tensor in spec.inputs.values() for axis in tensor.axes[1:]}
    return bool(axes & spec.sizes.keys())


def check(subject: Subject) -> Decision:
    """Put the input in another order: the output must not merely follow.

    Several orders are tried, because a single one can happen to keep what a module looks at.
    """
    axis = axis_of(subject)
    case = subject.bare()
    conditions = subject.conditions(case, mode="eval", weights="spread", axis=axis)
    outputs = subject.run(case).outputs
    length = case.sizes[axis]
    moved = 0.0
    orders = np.arange(length)[::-1], np.roll(np.arange(length), 1)
    several = [subject.inputs(case) for _ in orders]
    for order, inputs in zip(orders, several, strict=True):
        for name, values in inputs.items():
            at = place(subject, name, axis)
            inputs[name] = values if at is None else np.take(values, order, at)
    for order, run in zip(orders, subject.runs(case, several), strict=True):
        after = run.outputs
        for name, values in outputs.items():
            at = place(subject, name, axis)
            expected = values if at is None else np.take(values, order, at)
            moved = max(moved, apart(expected, after[name]))
    if moved > 10 * tolerance(case.dtype):
        return passed(f"another order changes the output by {moved:.3g}", **conditions)
    seen = f"another order of {axis} changes the output by {moved:.3g}"
    return failed(seen, "an output that depends on the order", conditions)
