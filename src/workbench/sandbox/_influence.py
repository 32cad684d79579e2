"""Which outputs each position of the input reaches: where a mask is causal, and what padding does.

Found by changing one position after the other and comparing what comes out. It is a picture: that
nothing leaks is a check's word, with a tolerance and a gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.checks import Subject
from workbench.records import Influence

_MOST = 24  # positions


def influences(subject: Subject) -> Iterator[Influence]:
    """Draw the map of each input that has a position, with and without padding.

    Args:
        subject: The module under check.

    Yields:
        One map for each input and output, and another where a mask hides the last positions.
    """
    case = subject.case(dtype="float32")
    for name, axis, at in _positions(subject):
        if not 1 < case.sizes.get(axis, 0) <= _MOST:
            continue
        inputs, other = subject.inputs(case), subject.inputs(subject.case(dtype="float32", seed=41))
        hidden = case.sizes[axis] - max(1, case.sizes[axis] // 3)
        yield from _maps(subject, case, name, axis, at, _visible(subject, inputs), other, ())
        masked = _visible(subject, inputs)
        for mask in _masks(subject, axis):
            where = _place(subject, mask, axis)
            assert where is not None
            np.moveaxis(masked[mask], where, 0)[hidden:] = False
            padding = tuple(range(hidden, case.sizes[axis]))
            yield from _maps(subject, case, name, axis, at, masked, other, padding)
            break


def _maps(
    subject: Subject,
    case: Any,
    name: str,
    axis: str,
    at: int,
    inputs: dict[str, Any],
    other: dict[str, Any],
    padding: tuple[int, ...],
) -> Iterator[Influence]:
    several = [inputs]
    for position in range(case.sizes[axis]):
        changed = {key: values.copy() for key, values in inputs.items()}
        np.moveaxis(changed[name], at, 0)[position] = _different(inputs, other, name, at, position)
        several.append(changed)
    before, *afters = (run.outputs for run in subject.runs(case, several))
    rows: dict[str, list[tuple[float, ...]]] = {output: [] for output in before}
    for after in afters:
        for output in before:
            gap = np.abs(after[output].astype(float) - before[output].astype(float))
            place = _place(subject, output, axis)
            moved = np.moveaxis(gap, place, 0) if place is not None else gap[None]
            rows[output].append(tuple(float(part.max(initial=0.0)) for part in moved))
    for output, found in rows.items():
        yield Influence(input=name, output=output, axis=axis, padding=padding, rows=tuple(found))


def _different(
    inputs: dict[str, Any], other: dict[str, Any], name: str, at: int, position: int
) -> Any:
    """Take other values for one position, and really other ones where they are whole numbers."""
    mine = np.moveaxis(inputs[name], at, 0)[position]
    theirs = np.moveaxis(other[name], at, 0)[position]
    rest = np.moveaxis(inputs[name], at, 0)[position - 1]
    return np.where(mine == theirs, rest, theirs)


def _positions(subject: Subject) -> Iterator[tuple[str, str, int]]:
    """Find each input that has an axis besides its first whose size is free."""
    for name, tensor in subject.spec.inputs.items():
        for at, axis in enumerate(tensor.axes):
            if at and tensor.dtype != "bool" and axis.text in subject.spec.sizes:
                yield name, axis.text, at
                break


def _masks(subject: Subject, axis: str) -> list[str]:
    return [
        name
        for name, tensor in subject.spec.inputs.items()
        if tensor.dtype == "bool" and _place(subject, name, axis) is not None
    ]


def _visible(subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
    """Copy inputs with masks that hide nothing."""
    kinds = {name: tensor.dtype for name, tensor in subject.spec.inputs.items()}
    return {
        name: np.ones_like(values) if kinds[name] == "bool" else values.copy()
        for name, values in inputs.items()
    }


def _place(subject: Subject, name: str, axis: str) -> int | None:
    tensor = {**subject.spec.inputs, **subject.spec.outputs}[name]
    texts = [one.text for one in tensor.axes]
    return texts.index(axis) if axis in texts else None
