"""A batch holds its items unchanged; padding is where and what the contract says, and the mask
tells it from content.

Why: Padding on the other side moves the last token away from the place where it is read; a mask
that is one too long, or that calls real zeros padding, teaches the model what no text holds.
Fix: Pad to the longest item of the batch, and make the mask from the lengths, not from the values.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset, _implied
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays
from workbench.checks._requirement import NUMBER, word
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ("dataset",)
DECIDES = {"padding side": ("right", "left"), "padding value": (NUMBER,)}
COST = 8
NAMED = True  # padding value of labels == -100

_PLACES = ((4, 1, 7, 2), (2, 7, 1, 4))  # the longest item stands first, and last


def implied(spec: Spec) -> list[str]:
    """Read an option for what is filled in."""
    lines = _implied.equal(spec, "padding value", _implied.FILLER, int, float)
    return lines if "ragged" in spec.roles else []


def check(subject: Subject) -> Decision:
    """Make batches of items of different and of equal lengths, and find the items in them."""
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    known = _dataset.items(subject, data, count)
    several = [[place % count for place in places] for places in _PLACES]
    for places in (*several, [count - 1], [count - 2, 0]):
        script = [{"do": "collate", "indices": places}]
        batch = _dataset.play(subject, data, script)[0].batch
        problem = _compared(subject, batch, [known[place] for place in places])
        if problem is not None:
            return failed(*problem, {"items": data.count, "indices": places})
    return passed("items unchanged, padding and mask as declared")


def _compared(subject: Subject, batch: Arrays, items: list[Arrays]) -> tuple[str, str] | None:
    ragged = subject.spec.roles.get("ragged", "")
    for name, tensor in subject.spec.outputs.items():
        if name not in batch:
            return f"a batch without {name!r}", "every part of the items"
        rows = batch[name]
        if len(rows) != len(items):
            return f"{len(rows)} rows of {name}", f"{len(items)} items"
        for at, values in enumerate(items):
            placed = _dataset.padded(rows[at], values[name])
            if placed is None:
                return f"row {at} of {name} is not the item", "the item, and padding beside it"
            problem = _padding(subject, name, *placed)
            if problem is not None:
                return problem
        longest = tuple(np.max([values[name].shape for values in items], axis=0).astype(int))
        if ragged in tensor.names and rows.shape[1:] != longest:
            return f"{name} is padded to {rows.shape[1:]}", f"{longest}, the longest of the batch"
    return _marks(subject, batch, items)


def _padding(subject: Subject, name: str, side: str, value: float | None) -> tuple[str, str] | None:
    line = subject.requirement
    # Labels of a sequence have a padding of their own, so the value is that of the first part.
    if line is None or value is None or name != (line.of or _dataset.first(subject)):
        return None
    if line.phrase == "padding side" and side != word(subject):
        return f"{name} is padded on the {side}", word(subject)
    if line.phrase == "padding value":
        wanted = float(line.expression.value(subject.spec.options))
        if value != wanted:
            return f"{name} is padded with {value:g}", f"{wanted:g}"
    return None


def _marks(subject: Subject, batch: Arrays, items: list[Arrays]) -> tuple[str, str] | None:
    """Compare mask and lengths with the items."""
    name = _dataset.first(subject)
    axis = _dataset.ragged_axis(subject, name)
    lengths = [values[name].shape[axis] for values in items if values[name].ndim]
    mask, told = subject.spec.roles.get("mask"), subject.spec.roles.get("lengths")
    if told:
        if told not in batch:
            return f"a batch without {told!r}", "the lengths of the items"
        if batch[told].tolist() != lengths:
            return f"{told} are {batch[told].tolist()}", f"{lengths}"
    if not mask:
        return None
    if mask not in batch or batch[mask].dtype.kind != "b":
        seen = "no" if mask not in batch else str(batch[mask].dtype)
        return f"{seen} {mask!r} in the batch", "booleans, True at content"
    for at, values in enumerate(items):
        side, _ = _dataset.padded(batch[name][at], values[name]) or ("", None)
        wanted = _wanted(len(batch[mask][at]), lengths[at], side)
        if not np.array_equal(batch[mask][at], wanted):
            return f"row {at} of {mask} is True at {_places(batch[mask][at])}", _places(wanted)
    return None


def _wanted(size: int, length: int, side: str) -> Array:
    places = np.arange(size)
    return places >= size - length if side == "left" else places < length


def _places(marks: Array) -> str:
    return ", ".join(map(str, np.flatnonzero(marks))) or "no place"
