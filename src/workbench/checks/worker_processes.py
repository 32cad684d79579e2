"""Loaded by two worker processes, an epoch still holds each item once, and random ones differ.

Why: Every worker has a copy of the data set. One that iterates over all of it gives each item
twice; a generator or a file that was opened before the copy is shared, so that workers draw the
same numbers or read past each other; and what cannot be pickled stops on macOS and Windows.
Fix: Give each worker its share by ``get_worker_info()``; draw from torch's own random numbers, and
open files at the first look; leave lambdas and open handles out of the data set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("dataset",)
FITS = ("dataset",)
DECIDES = {"iterable": (LAW,)}
COST = 400

_COUNT, _SIZE = 2, 4
_SEED, _OTHER = 40, 41
Epochs = Sequence[Sequence[Arrays]]


def check(subject: Subject) -> Decision:
    """Compare epochs of two workers with the items, and random items of workers with each other."""
    data = _dataset.given(subject)
    conditions = {"items": data.count, "workers": _COUNT, "batch_size": _SIZE}
    if _dataset.is_random(subject):
        return _of_random_items(subject, data, conditions)
    known = _dataset.items(subject, data, _dataset.length(subject, data))
    loads, unsent = _loaded(subject, data, [{"seed": _SEED, "indices": None, "epochs": 2}], _SIZE)
    if unsent:
        return failed(unsent, "a data set that can be pickled", conditions)
    for batches in loads[0]:
        found = [at for rows in _dataset.order(subject, batches, known) for at in rows]
        problem = _problem(found, len(known), _dataset.is_iterable(subject))
        if problem is not None:
            return failed(*problem, conditions)
    return passed(f"each of {len(known)} items once in each of two epochs", **conditions)


def _problem(found: Sequence[int], count: int, shared_out: bool) -> tuple[str, str] | None:
    twice = [number for number, times in Counter(found).items() if times > 1]
    if twice:
        return f"item {twice[0]} {found.count(twice[0])} times in an epoch", "once"
    missing = sorted(set(range(count)) - set(found))
    if missing:
        return f"{len(missing)} items are missing, the first is {missing[0]}", "every item"
    if not shared_out and list(found) != sorted(found):
        return "another order than without workers", "the same order"
    return None


def _of_random_items(
    subject: Subject, data: _dataset.Given, conditions: Mapping[str, Any]
) -> Decision:
    """Let both workers load the same item, in two epochs, and once more with the same seed."""
    same = [0] * (2 * _COUNT)  # batches of one go to the workers in turn
    loads = [
        {"seed": seed, "indices": same, "epochs": epochs}
        for seed, epochs in ((_SEED, 2), (_SEED, 1))
    ]
    (drawn, again), unsent = _loaded(subject, data, loads, 1)
    if unsent:
        return failed(unsent, "a data set that can be pickled", conditions)
    epoch, later = drawn
    if _alike(epoch[0], epoch[1]):
        return failed("the same random numbers in two workers", "each its own", conditions)
    if all(_alike(one, other) for one, other in zip(epoch, later, strict=True)):
        return failed("the same random numbers in two epochs", "others in each", conditions)
    if not all(_alike(one, other) for one, other in zip(epoch, again[0], strict=True)):
        return failed("other items with the same seed", "the same items", conditions)
    return passed("workers and epochs draw their own, the same for the same seed", **conditions)


def _alike(one: Arrays, other: Arrays) -> bool:
    return all(np.array_equal(values, other[name]) for name, values in one.items())


def _loaded(
    subject: Subject, data: _dataset.Given, loads: Sequence[Mapping[str, Any]], size: int
) -> tuple[list[Epochs], str]:
    question = _dataset.about(subject, data)
    answer = subject.line.ask(
        "workers", {**question, "loads": list(loads), "count": _COUNT, "size": size}
    )
    return answer["loads"], answer["unsent"]
