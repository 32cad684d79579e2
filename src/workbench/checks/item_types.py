"""Every item has the declared parts, with the declared shapes, types and ranges.

Why: An item of numpy doubles becomes a batch of doubles that no model takes; a label of shape (1,)
broadcasts against a batch of predictions into a matrix, and the loss is a number all the same.
Fix: Return tensors of the declared type; a label is a number without axes.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.spec import Tensor

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 4

_PLAIN = {"int": ("int64", "int"), "float": ("float32", "float"), "bool": ("bool",)}


def check(subject: Subject) -> Decision:
    """Ask for items at the start, in the middle and at the end."""
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    places = sorted({0, count // 3, count // 2, count - 1} - {-1})
    script = [_dataset.item(place) for place in places]
    for place, played in zip(places, _dataset.play(subject, data, script), strict=True):
        names = _dataset.names(subject, data, place if count == data.count else None)
        for name, tensor in subject.spec.outputs.items():
            problem = _problem(played, name, tensor, names)
            if problem is not None:
                seen, expected = problem
                return failed(f"item {place}: {seen}", expected, {"items": data.count})
    return passed(f"as declared in {len(places)} items")


def _problem(
    played: _dataset.Played, name: str, tensor: Tensor, names: dict[str, object]
) -> tuple[str, str] | None:
    if name not in played.values:
        return f"a {played.structure} without {name!r}", f"{name}: {tensor}"
    values, kind = played.values[name], played.types[name]
    plain = kind in ("int", "float", "bool") and not tensor.axes  # collated into a tensor
    if not plain and not _fits(kind, tensor.dtype):
        return f"{name} is {kind}", tensor.dtype
    if plain and kind not in _family(tensor.dtype):
        return f"{name} is {kind}", tensor.dtype
    wanted = tensor.shape(names)
    if values.shape != wanted:
        return f"{name} has the shape {values.shape}", str(wanted)
    for end, outside in ((tensor.low, np.less), (tensor.high, np.greater)):
        if end is not None and np.any(outside(values, float(end.value(names)))):
            return f"{name} reaches {values.min()}..{values.max()}", str(tensor)
    return None


def _fits(kind: str, declared: str) -> bool:
    return kind in _PLAIN.get(declared, (declared,))


def _family(declared: str) -> tuple[str, ...]:
    family = next((name for name in _PLAIN if declared.startswith(name)), declared)
    return (*_PLAIN.get(family, (declared,)), *(("int",) if declared == "uint8" else ()))
