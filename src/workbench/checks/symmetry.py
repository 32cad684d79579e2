"""The module commutes with reordering or with shifts along an axis, as the spec says.

Why: A set encoder that reads places, attention that mixes heads into times, or a convolution with
an edge too early gives outputs of the right shape that depend on where things stand.
Fix: Equivariant: reorder or shift the input, and the output follows. Invariant: it stays. Reduce
over the axis by a mean, a sum or a maximum; add no positions; reshape no other axis into it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW, axis_of, place, places
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
    inputs_at = {n: at for n in subject.spec.inputs if (at := places(subject, n, axis))}
    if not inputs_at:
        raise CannotLook(f"no input has the axis {axis!r}")
    if what == "permutation":
        return _permuted(subject, axis, how, inputs_at)
    return _shifted(subject, axis, how, {name: at[0] for name, at in inputs_at.items()})


def _permuted(subject: Subject, axis: str, how: str, inputs_at: dict[str, list[int]]) -> Decision:
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
    subject: Subject,
    case: Case,
    order: Array,
    how: str,
    inputs_at: dict[str, list[int]],
    axis: str,
) -> str:
    """Say which output does not follow a new order."""
    before = subject.run(case).outputs
    moved = {
        name: _taken(values, order, inputs_at.get(name, []))
        for name, values in subject.inputs(case).items()
    }
    after = subject.run(case, inputs=moved).outputs
    for name, values in before.items():
        at = places(subject, name, axis)
        if how == "equivariant" and not at:
            continue
        wanted = values if how == "invariant" else _taken(values, order, at)
        distance = apart(wanted, after[name])
        if distance > tolerance(case.dtype):
            return f"{name} is off by {distance:.3g} when {axis} is reordered"
    return ""


def _taken(values: Array, order: Array, at: Iterable[int]) -> Array:
    for axis in at:
        values = np.take(values, order, axis)
    return values


def _shifted(subject: Subject, axis: str, how: str, inputs_at: dict[str, int]) -> Decision:
    """Shift something short in a long stretch of nothing, and look away from the edges."""
    case = _long(subject, axis)
    length = case.sizes[axis]
    middle = slice(length // 2 - 2, length // 2 + 2)
    shape_out = {name: place(subject, name, axis) for name in subject.spec.outputs}
    inputs = {n: _only(v, inputs_at.get(n), middle) for n, v in subject.inputs(case).items()}
    before = subject.run(case, inputs=inputs).outputs
    nothing = {n: _only(v, inputs_at.get(n), slice(0)) for n, v in inputs.items()}
    empty = subject.run(case, inputs=nothing).outputs
    strides = {
        n: _stride(length, before[n].shape[at]) for n, at in shape_out.items() if at is not None
    }
    step = max(strides.values(), default=1)
    moved = {n: _rolled(v, inputs_at.get(n), step) for n, v in inputs.items()}
    after = subject.run(case, inputs=moved).outputs
    for name, at in shape_out.items():
        seen, wanted = after[name], before[name]
        if how == "equivariant" and at is not None:
            by = step // strides[name]
            edges = _edges(empty[name], at, by)
            seen, wanted = _inner(seen, at, edges), _inner(np.roll(wanted, by, at), at, edges)
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


def _edges(empty: Array, axis: int, shift: int) -> tuple[int, int]:
    """Measure how far each edge reaches into an output for nothing; at least a quarter is left out.

    Padding with zeros in the middle of a network is seen as far as its receptive field. Where that
    is more than what stands before the middle, the places themselves differ, and not the edges.
    """
    values = np.moveaxis(empty, axis, 0).reshape(empty.shape[axis], -1)
    quarter = len(values) // 4
    differs = np.abs(values - values[len(values) // 2]).max(axis=1, initial=0.0) > 1e-12
    first, last = (_reach(side, shift, quarter) for side in (differs, differs[::-1]))
    return first, last


def _reach(differs: Array, shift: int, least: int) -> int:
    end = int(np.argmin(differs)) + shift if not differs.all() else len(differs)
    return least if end >= len(differs) // 2 - 2 else max(least, end)


def _inner(values: Array, axis: int, edges: tuple[int, int]) -> Array:
    first, last = edges
    return np.take(values, range(first, values.shape[axis] - last), axis)


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
