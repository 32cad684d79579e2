"""What checks of data sets share: their data, scripts that a candidate plays, and identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays
from workbench.checks._subject import Subject
from workbench.spec import CHANCE, Spec

ITEMS = 23  # so many that no batch size divides them
_LONGEST_ITEM = 64  # beyond it items would be slow
Step = Mapping[str, Any]
_CONTENT = ("mask", "lengths")


@dataclass(frozen=True, kw_only=True)
class Given:
    """The data that a data set is built from.

    Args:
        inputs: Arrays by name; along the ragged axis as long as the longest item.
        lengths: For each item its length along the ragged axis, or None.
        count: How many items there are.
    """

    inputs: Arrays
    lengths: Array | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one step gave; only what belongs to the step is filled in.

    Args:
        length: What ``len`` gave.
        values: The parts of an item.
        types: Their types.
        structure: The type of the item.
        keys: The names of its parts as they come.
        batch: The parts of a batch.
        batches: The batches of an epoch.
        draws: Random numbers that an item drew: their kind and their values.
        raised: The class of an error.
        message: Its text.
    """

    length: int = -1
    values: Arrays = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    structure: str = ""
    keys: Sequence[str] = ()
    batch: Arrays = field(default_factory=dict)
    batches: Sequence[Arrays] = ()
    draws: Sequence[tuple[str, Array]] = ()
    raised: str = ""
    message: str = ""


def given(subject: Subject, *, count: int = ITEMS, seed: int = 0) -> Given:
    """Draw the data: every item of its own length, and no two alike."""
    spec, ragged = subject.spec, subject.spec.roles.get("ragged", "")
    axis = items_axis(subject.spec)
    sizes = {axis: _legal(subject, axis, count)} if axis else {}
    if ragged:
        low, high, _ = spec.sizes[ragged].bounds(spec.options)
        low = min(max(low, 2), high)  # an item of one number is soon like another
        sizes[ragged] = min(high, max([low + 8, *(limit + 3 for limit in _limits(subject))]))
    case = subject.case(sizes, dtype="float32", seed=seed)
    number = case.sizes.get(axis, count) if axis else count
    lengths = None
    if ragged:
        longest = case.sizes[ragged]
        span = longest - low + 1
        lengths = longest - np.arange(number) * 3 % span if number else np.zeros(0, np.int64)
    inputs = subject.inputs(case)
    if lengths is not None:
        inputs = {name: _reaching(subject, name, v, lengths) for name, v in inputs.items()}
    return Given(inputs=inputs, lengths=lengths, count=number)


def _limits(subject: Subject) -> list[int]:
    """List the options that cut items off, as the outputs say it: ``min(time, max_length)``."""
    options = subject.spec.options
    axes = [axis for tensor in subject.spec.outputs.values() for axis in tensor.axes]
    names = {name for axis in axes if axis.kind == "size" for name in axis.expression.names}
    limits = [options[name] for name in sorted(names & options.keys())]
    return [limit for limit in limits if isinstance(limit, int) and limit <= _LONGEST_ITEM]


def _reaching(subject: Subject, name: str, values: Array, lengths: Array) -> Array:
    """Let long items hold the smallest legal number, which a mask must not take for padding."""
    tensor = subject.spec.inputs[name]
    whole = values.ndim == 2 and values.dtype.kind in "iu" and tensor.low is not None
    if whole and tensor.axes[1].text == subject.spec.roles.get("ragged", "") and tensor.low:
        for row, length in enumerate(lengths):
            if length > 2:
                values[row, row % length] = int(tensor.low.value(subject.spec.options))
    return values


def items_axis(spec: Spec) -> str:
    """Name the first axis of the inputs, which counts the items."""
    for tensor in spec.inputs.values():
        if tensor.axes and tensor.axes[0].text in spec.sizes:
            return tensor.axes[0].text
    return ""


def _legal(subject: Subject, axis: str, count: int) -> int:
    low, high, step = subject.spec.sizes[axis].bounds(subject.spec.options)
    return min(range(low, high + 1, step), key=lambda number: abs(number - count))


def names(subject: Subject, data: Given, item: int | None = None) -> dict[str, Any]:
    """Give a value for every option and size; the ragged one as long as an item."""
    case = subject.case(dtype="float32")
    known = {**subject.spec.options, **case.sizes}
    axis, ragged = items_axis(subject.spec), subject.spec.roles.get("ragged", "")
    if axis:
        known[axis] = data.count
    if ragged and data.lengths is not None and item is not None:
        known[ragged] = int(data.lengths[item])
    return known


def as_long_as(subject: Subject, data: Given, item: int) -> Arrays:
    """Give the data, cut along the ragged axis to the length of an item, without its filling."""
    ragged = subject.spec.roles.get("ragged", "")
    if not ragged or data.lengths is None:
        return data.inputs
    cut = {}
    for name, values in data.inputs.items():
        axes = [axis.text for axis in subject.spec.inputs[name].axes]
        upto = [slice(int(data.lengths[item]) if axis == ragged else None) for axis in axes]
        cut[name] = values[tuple(upto)]
    return cut


def is_random(subject: Subject) -> bool:
    """Whether items are random: the contract says so, an equation draws, or the draft says so."""
    chance = {*CHANCE, "normal", "uniform"}
    return any(claim.text == "random items" for claim in subject.claims) or any(
        line.phrase == "random items" or (line.equation and line.equation.functions & chance)
        for line in subject.spec.requires.values()
    )


def is_iterable(subject: Subject) -> bool:
    """Whether items come from a pass, without an index: by the contract, or by its class."""
    if any(line.phrase == "iterable" for line in subject.spec.requires.values()):
        return True

    def look() -> bool:
        return play(subject, given(subject), [{"do": "length"}])[0].structure == "iterable"

    return bool(subject.line.remember("iterable", look))


def shuffles(subject: Subject) -> bool:
    """Whether there is a loader that can mix the order: torch's own needs an index for that."""
    if "loader" in subject.spec.roles:
        return "shuffle" in subject.spec.roles
    return not is_iterable(subject)


def play(
    subject: Subject,
    data: Given,
    script: Sequence[Step],
    *,
    pinned: bool = True,
    options: Mapping[str, Any] | None = None,
) -> list[Played]:
    """Let the candidate build the data set and play a script.

    Args:
        subject: What is looked at.
        data: What it is built from.
        script: The steps.
        pinned: Give random items the same random numbers each time, so that they can be known.
        options: Other options than the declared ones, by name.

    Returns:
        What came of each step.
    """
    question = {
        **about(subject, data, options),
        "script": list(script),
        "pinned": pinned and is_random(subject),
    }
    return [Played(**result) for result in subject.line.ask("dataset", question)["results"]]


def about(
    subject: Subject, data: Given, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Say what a question about a data set is about: how it is built, and what its parts are.

    Args:
        subject: What is looked at.
        data: What it is built from.
        options: Other options than the declared ones, by name.
    """
    spec, ragged = subject.spec, subject.spec.roles.get("ragged", "")
    texts = {name: [axis.text for axis in t.axes] for name, t in spec.inputs.items()}
    return {
        "of": subject.of({**spec.options, **(options or {})}, "float32"),
        "inputs": data.inputs,
        "lengths": data.lengths,
        "ragged": {n: axes.index(ragged) - 1 for n, axes in texts.items() if ragged in axes},
        "roles": dict(spec.roles),
        "returns": list(spec.outputs),
        "parts": [*spec.outputs, *(n for r, n in spec.roles.items() if r in _CONTENT)],
    }


def item(index: int, **more: Any) -> Step:
    """Make the step that asks for an item."""
    return {"do": "item", "index": index, **more}


def epoch(batch_size: int = 4, seed: int = 0, **keywords: Any) -> Step:
    """Make the step that goes through a loader once."""
    slot, fresh = keywords.pop("slot", 0), keywords.pop("fresh", False)
    given = {"batch_size": batch_size, "shuffle": False, "drop_last": False, "seed": seed}
    return {
        "do": "epoch",
        "slot": slot,
        "fresh": fresh,
        "seed": seed,
        "keywords": {**given, **keywords},
    }


def items(subject: Subject, data: Given, length: int) -> list[Arrays]:
    """Ask for all items.

    Raises:
        CannotLook: They are random, and differ although the usual random numbers are the same.
    """
    script = [item(index) for index in range(length)]
    if length and is_random(subject):
        script.append(item(0))
    found = [played.values for played in play(subject, data, script)]
    if len(found) > length:
        again = found.pop()
        if any(not np.array_equal(again[name], values) for name, values in found[0].items()):
            reason = "its items draw from a generator of their own, so they cannot be known again"
            raise CannotLook(reason)
    return found


def length(subject: Subject, data: Given) -> int:
    """Ask for the length."""
    return play(subject, data, [{"do": "length"}])[0].length


def first(subject: Subject) -> str:
    """Name the first part of an item.

    Raises:
        CannotLook: The contract has no outputs.
    """
    if not subject.spec.outputs:
        raise CannotLook("the contract names no outputs: write what one item holds")
    return next(iter(subject.spec.outputs))


def ragged_axis(subject: Subject, name: str) -> int:
    """Return at which place a part of an item has the extent that differs between items."""
    ragged = subject.spec.roles.get("ragged", "")
    axes = subject.spec.outputs[name].axes
    sized = ((at, axis.expression.names) for at, axis in enumerate(axes) if axis.kind == "size")
    return next((at for at, names in sized if ragged in names), 0)


def rows(batches: Sequence[Arrays], name: str) -> list[list[Array]]:
    """Cut a part of every batch into its rows."""
    missing = [at for at, batch in enumerate(batches) if name not in batch]
    if missing:
        raise CannotLook(f"batch {missing[0]} has no {name!r}")
    return [list(batch[name]) for batch in batches]


def find(row: Array, known: Sequence[Array]) -> list[int]:
    """Tell which items a row of a batch can be: the item, then or before it only one value."""
    return [at for at, value in enumerate(known) if padded(row, value) is not None]


def padded(row: Array, value: Array) -> tuple[str, float | None] | None:
    """Tell on which side an item was padded in a row, and with what; None where it is not it."""
    if row.ndim != value.ndim:
        return None
    if row.ndim == 0 or row.shape == value.shape:
        return ("", None) if np.array_equal(row, value) else None
    for side in ("right", "left"):
        content = tuple(
            slice(extent) if side == "right" else slice(max(0, whole - extent), None)
            for whole, extent in zip(row.shape, value.shape, strict=True)
        )
        beside = np.ones(row.shape, bool)
        beside[content] = False
        rest = row[beside]
        if np.array_equal(row[content], value) and np.all(rest == rest[:1]):
            return side, float(rest[0])
    return None


def order(subject: Subject, batches: Sequence[Arrays], known: Sequence[Arrays]) -> list[list[int]]:
    """Tell which items the batches hold, by all their parts.

    Raises:
        CannotLook: A row is no item, or could be several.
    """
    parts = [name for name in subject.spec.outputs if all(name in batch for batch in batches)]
    if not parts:
        raise CannotLook("the batches hold no part of an item by its name")
    found: list[list[int]] = []
    for batch in batches:
        found.append([])
        for at in range(len(batch[parts[0]])):
            possible = [
                number
                for number, values in enumerate(known)
                if all(padded(batch[name][at], values[name]) is not None for name in parts)
            ]
            if len(possible) != 1:
                many = "no item" if not possible else f"one of the items {possible[:4]}"
                raise CannotLook(f"row {at} of a batch is {many}; see `collation`")
            found[-1].append(possible[0])
    return found
