"""The module commutes with reordering or with shifts along an axis, as the spec says.

Why: A set encoder that reads places, attention that mixes heads into times, or a convolution with
an edge too early gives outputs of the right shape that depend on where things stand.
Fix: Equivariant: reorder or shift the input, and the output follows. Invariant: it stays. Reduce
over the axis by a mean, a sum or a maximum; add no positions; reshape no other axis into it.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW, axis_of, place
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {
    "permutation equivariant": (LAW,),
    "permutation invariant": (LAW,),
    "translation equivariant": (LAW,),
    "translation invariant": (LAW,),
    "scale invariant": (LAW,),
    "scale equivariant": (LAW,),
}
COST = 9


def check(subject: Subject) -> Decision:
    """Move the input and compare with the moved output, in evaluation."""
    what, how = subject.phrase.phrase.split()
    if what == "scale":
        return _scaled(subject, how)
    axis = axis_of(subject)
    inputs_at = {n: at for n in subject.spec.inputs if (at := place(subject, n, axis)) is not None}
    if not inputs_at:
        raise CannotLook(f"no input has the axis {axis!r}")
    if what == "permutation":
        return _permuted(subject, axis, how, inputs_at)
    return _shifted(subject, axis, how, inputs_at)


def _permuted(subject: Subject, axis: str, how: str, inputs_at: dict[str, int]) -> Decision:
    cases = [subject.bare(), subject.case()] if subject.optional else [subject.case()]
    for case in cases:
        length = case.sizes[axis]
        for order in (np.arange(length)[::-1], subject.rng(31).permutation(length)):
            seen = _moved(subject, case, order, how, inputs_at, axis)
            if seen:
                more = subject.conditions(case, order=order.tolist())
                return failed(seen, subject.phrase.text, more)
    return passed(f"{subject.phrase.text}, for two orders", **subject.conditions(cases[0]))


def _moved(
    subject: Subject, case: Case, order: Array, how: str, inputs_at: dict[str, int], axis: str
) -> str:
    """Say which output does not follow a new order."""
    before = subject.run(case).outputs
    moved = {
        name: np.take(values, order, inputs_at[name]) if name in inputs_at else values
        for name, values in subject.inputs(case).items()
    }
    after = subject.run(case, inputs=moved).outputs
    for name, values in before.items():
        at = place(subject, name, axis)
        if how == "equivariant" and at is None:
            continue
        wanted = values if how == "invariant" or at is None else np.take(values, order, at)
        distance = apart(wanted, after[name])
        if distance > tolerance(case.dtype):
            return f"{name} is off by {distance:.3g} when {axis} is reordered"
    return ""


def _shifted(subject: Subject, axis: str, how: str, inputs_at: dict[str, int]) -> Decision:
    """Shift something short in a long stretch of nothing, and look away from the edges."""
    case = _long(subject, axis)
    length = case.sizes[axis]
    middle = slice(length // 2 - 2, length // 2 + 2)
    shape_out = {name: place(subject, name, axis) for name in subject.spec.outputs}
    inputs = {n: _only(v, inputs_at.get(n), middle) for n, v in subject.inputs(case).items()}
    before = subject.run(case, inputs=inputs).outputs
    strides = {
        n: _stride(length, before[n].shape[at]) for n, at in shape_out.items() if at is not None
    }
    step = max(strides.values(), default=1)
    moved = {n: _rolled(v, inputs_at.get(n), step) for n, v in inputs.items()}
    after = subject.run(case, inputs=moved).outputs
    for name, at in shape_out.items():
        seen, wanted = after[name], before[name]
        if how == "equivariant" and at is not None:
            seen, wanted = _inner(seen, at), _inner(np.roll(wanted, step // strides[name], at), at)
        distance = apart(wanted, seen)
        if distance > tolerance(case.dtype):
            words = f"{name} is off by {distance:.3g} when {axis} is shifted by {step}"
            return failed(words, subject.phrase.text, subject.conditions(case, shift=step))
    return passed(f"{subject.phrase.text}, for a shift by {step}", **subject.conditions(case))


def _long(subject: Subject, axis: str) -> Case:
    low, high, step = subject.spec.sizes[axis].bounds(subject.options)
    longest = low + (min(high, 64) - low) // step * step
    if longest < 12:
        raise CannotLook(
            f"{axis} is at most {longest}, too short for something to be shifted in it"
        )
    return subject.bare({axis: longest})


def _stride(before: int, after: int) -> int:
    return max(1, round(before / max(after, 1)))


def _only(values: Array, axis: int | None, kept: slice) -> Array:
    if axis is None or values.dtype.kind != "f":
        return values
    alone = np.zeros_like(values)
    at = tuple(kept if place == axis else slice(None) for place in range(values.ndim))
    alone[at] = values[at]
    return alone


def _rolled(values: Array, axis: int | None, step: int) -> Array:
    return values if axis is None else np.roll(values, step, axis)


def _inner(values: Array, axis: int) -> Array:
    third = values.shape[axis] // 4
    return np.take(values, range(third, values.shape[axis] - third), axis)


def _scaled(subject: Subject, how: str) -> Decision:
    """Multiply the input that the law names, or all floating ones, by three."""
    case = subject.case()
    inputs = subject.inputs(case)
    chosen = [subject.phrase.under] if subject.phrase.under else list(inputs)
    moved: Arrays = {
        n: 3.0 * v if n in chosen and v.dtype.kind == "f" else v for n, v in inputs.items()
    }
    before, after = subject.run(case).outputs, subject.run(case, inputs=moved).outputs
    for name, values in before.items():
        wanted = 3.0 * values if how == "equivariant" else values
        # An epsilon inside a norm is no breach of the law.
        distance = apart(wanted, after[name])
        if distance > max(1e-4, tolerance(case.dtype)):
            seen = f"{name} is off by {distance:.3g} when the input is three times as large"
            return failed(seen, subject.phrase.text, subject.conditions(case))
    return passed(f"{subject.phrase.text}, for a factor of three", **subject.conditions(case))
