"""No output depends on a later input (or, where the spec says no, later inputs are seen).

Why: A language model that sees the token it has to predict trains to a wonderful loss and generates
nonsense. One unmasked layer, a mask shifted by one, or a norm over time is enough.
Fix: Mask the scores above the diagonal before the softmax, in every layer; keep reductions and
norms off the time axis.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW, axis_of, place, word
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"causal": (LAW, "yes", "no")}
COST = 16


def fits(spec: Spec) -> bool:
    """Whether inputs and outputs share an axis of flexible length beside the batch."""
    before, after = (
        {axis.text for tensor in tensors.values() for axis in tensor.axes[1:]}
        for tensors in (spec.inputs, spec.outputs)
    )
    return bool(before & after & spec.sizes.keys())


def check(subject: Subject) -> Decision:
    """Follow gradients from each output back to later inputs, then change the later inputs."""
    axis = axis_of(subject)
    ends = {name: place(subject, name, axis) for name in subject.spec.outputs}
    contents = [name for name, tensor in subject.spec.inputs.items() if tensor.dtype != "bool"]
    if all(place(subject, name, axis) is None for name in contents):
        raise CannotLook(f"no input has the axis {axis!r}, so nothing can be early or late")
    if all(at is None for at in ends.values()):
        raise CannotLook(f"no output has the axis {axis!r}, so nothing can be early or late")
    bare = subject.bare()
    seen = _seen(subject, bare, axis, ends)
    if not seen and subject.optional:
        seen = _seen(subject, subject.case(), axis, ends)
    conditions = subject.conditions(bare, mode="eval", weights="spread", axis=axis)
    if not subject.phrase.comparison or word(subject) == "yes":
        words = f"outputs that depend on earlier {axis} alone"
        return failed(seen, words, conditions) if seen else passed(words, **conditions)
    words = f"outputs that see later {axis}"
    if seen:
        return passed(seen, **conditions)
    return failed("no later input is seen", words, conditions)


def _seen(subject: Subject, case: Case, axis: str, ends: dict[str, int | None]) -> str:
    """Tell what sees later inputs; several lines of a contract may ask the same."""

    def look() -> str:
        return later_gradient(subject, case, axis, ends) or _by_change(subject, case, axis, ends)

    return subject.line.remember(("causal", case.key, axis), look)


def later_gradient(subject: Subject, case: Case, axis: str, ends: dict[str, int | None]) -> str:
    """Pull back from each place on its own; the gradient at every later place must be exactly zero.

    A soft mask, which changes too little to be seen by a change of the input, is seen here.
    """
    outputs = subject.run(case).outputs
    random = subject.cotangents(subject.run(case), 1)[0]
    length = case.sizes[axis]
    cotangents = [
        {name: _only(values, ends[name], at) for name, values in random.items() if name in outputs}
        for at in range(length - 1)
    ]
    run = subject.run(case, cotangents=cotangents, wrt=["inputs"])
    for at, gradients in enumerate(run.gradients):
        for name, gradient in {**gradients["inputs"], **gradients["lookups"]}.items():
            where = place(subject, name, axis)
            if gradient is None or where is None:
                continue
            later = np.abs(np.moveaxis(gradient, where, 0)[at + 1 :])
            leaks = later.reshape(len(later), -1).max(1)
            if np.any(leaks != 0):
                first = at + 1 + int(np.argmax(leaks != 0))
                size = leaks[first - at - 1]
                return f"the output at {axis} {at} has a gradient of {size:.3g} at {name} {first}"
    return ""


def _only(values: Array, axis: int | None, at: int) -> Array:
    if axis is None:
        return np.zeros_like(values)
    kept = np.zeros_like(values)
    np.moveaxis(kept, axis, 0)[at] = np.moveaxis(values, axis, 0)[at]
    return kept


def _by_change(subject: Subject, case: Case, axis: str, ends: dict[str, int | None]) -> str:
    """Change all later inputs: a hard choice, such as a top-k over time, leaks without gradient."""
    length = case.sizes[axis]
    before = subject.run(case).outputs
    inputs = subject.inputs(case)
    other = subject.inputs(subject.case(without=case.without, seed=41))
    lengths, several = {1, length // 2, length - 1} - {0}, list[Arrays]()
    for kept in lengths:
        changed = dict(inputs)
        for name, values in inputs.items():
            where = place(subject, name, axis)
            if where is not None and subject.spec.inputs[name].dtype != "bool":
                late = np.moveaxis(values.copy(), where, 0)
                late[kept:] = np.moveaxis(other[name], where, 0)[kept:]
                changed[name] = np.moveaxis(late, 0, where)
        several.append(changed)
    for kept, run in zip(lengths, subject.runs(case, several), strict=True):
        for name, at in ends.items():
            if at is None:
                continue
            pair = before, run.outputs
            one, two = (np.moveaxis(values[name], at, 0)[:kept] for values in pair)
            distance = apart(one, two)
            if distance > tolerance(case.dtype):
                return f"{name} before {axis} {kept} differs by {distance:.3g} if later inputs do"
    return ""
