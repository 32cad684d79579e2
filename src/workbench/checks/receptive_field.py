"""An output sees as far as the spec says, and no further.

Why: A dilation that is not passed on or a layer too few halves what a model can see; a mean over
all places sees everything. Shapes say nothing of either.
Fix: One more layer adds ``(kernel - 1) * dilation`` places, times the strides before it.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook, Decision
from workbench.checks._inputs import Array
from workbench.checks._requirement import NUMBER, counted, place
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"receptive field": (NUMBER,)}
COST = 10

_LONG = 96


def check(subject: Subject) -> Decision:
    """Pull back from the output in the middle, and measure what has a gradient."""
    axis = _axis(subject)
    low, high, step = subject.spec.sizes[axis].bounds(subject.options)
    longest = low + (min(high, _LONG) - low) // step * step
    case = subject.bare({axis: longest})
    run = subject.run(case)
    name = next(iter(run.outputs))
    at = place(subject, name, axis)
    if at is None:
        raise CannotLook(f"{name} has no axis {axis!r}")
    values = run.outputs[name]
    cotangent = np.zeros_like(values)
    middle = values.shape[at] // 2
    drawn = subject.cotangents(run, 1)[0][name]
    np.moveaxis(cotangent, at, 0)[middle] = np.moveaxis(drawn, at, 0)[middle]
    extents = []
    for draw in ("spread", "spread 1", "spread 2"):  # a rectifier may hide an edge once
        pulled = subject.run(case, weights=draw, cotangents=[{name: cotangent}], wrt=["inputs"])
        found = {**pulled.gradients[0]["inputs"], **pulled.gradients[0]["lookups"]}
        for source, gradient in found.items():
            where = place(subject, source, axis)
            if gradient is not None and where is not None:
                extents.append(_extent(gradient, where))
    if not extents:
        raise CannotLook(f"no input along {axis!r} has a gradient")
    if max(extents) == longest and longest == _LONG:
        raise CannotLook(f"it sees all {longest} places that were tried")
    conditions = subject.conditions(case, mode="eval", weights="spread", axis=axis)
    return counted(subject, max(extents), f"places along {axis} that an output sees", conditions)


def _axis(subject: Subject) -> str:
    for tensor in subject.spec.inputs.values():
        for axis in tensor.axes[1:]:
            if axis.text in subject.spec.sizes:
                return axis.text
    raise CannotLook("no input has an axis whose size is free")


def _extent(gradient: Array, axis: int) -> int:
    reach = np.abs(np.moveaxis(gradient, axis, 0))
    touched = np.flatnonzero(reach.reshape(len(reach), -1).max(1) > 0)
    return int(touched[-1] - touched[0] + 1) if len(touched) else 0
