"""What comes first does not depend on how much follows: a prefix alone gives the same outputs.

Why: Positions counted from the end, a scale by the total length or a cache of the last size change
what was already read; generation then differs from training.
Fix: Count positions from the beginning; divide by what was seen so far, never by the whole length.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW, axis_of, place
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"length independent": (LAW,)}
COST = 9


def check(subject: Subject) -> Decision:
    """Cut the end off, several lengths, and compare what is left."""
    axis = axis_of(subject)
    case = subject.bare()
    low, _, step = subject.spec.sizes[axis].bounds(subject.options)
    length = case.sizes[axis]
    shorter = [
        n for n in {length - step, low + (length - low) // 2 // step * step} if low < n < length
    ]
    if not shorter:
        raise CannotLook(f"{axis} has no shorter size")
    whole, inputs = subject.run(case).outputs, subject.inputs(case)
    for kept in shorter:
        cut = {}
        for name, values in inputs.items():
            at = place(subject, name, axis)
            cut[name] = values if at is None else np.take(values, range(kept), at)
        part = subject.run(subject.bare({axis: kept}), inputs=cut).outputs
        for name, values in whole.items():
            at = place(subject, name, axis)
            if at is None:
                continue
            distance = apart(np.take(values, range(kept), at), part[name])
            if distance > tolerance(case.dtype):
                seen = f"{name} differs by {distance:.3g} if only {kept} of {length} are given"
                return failed(
                    seen, f"the same for every length of {axis}", subject.conditions(case)
                )
    return passed(f"the same for {sorted(shorter)} of {length}", **subject.conditions(case))
