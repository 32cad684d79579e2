"""Shuffled epochs differ from each other and repeat with their seed; others keep the order.

Why: A permutation that is drawn once shows every epoch in the same order; a seed that is set inside
the loader does the same; an evaluation in a random order cannot be lined up with its data.
Fix: Draw the permutation in ``__iter__``, from torch's own random numbers or from seed + epoch.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 10


def check(subject: Subject) -> Decision:
    """Go through the same loader several times."""
    phrases = {line.phrase for line in subject.spec.requires.values()}
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    known = _dataset.items(subject, data, count)
    roles = subject.spec.roles
    if not _dataset.shuffles(subject):
        return passed("no argument of its loader mixes the order")
    if "bucketed by length" not in phrases:
        plain = _orders(subject, data, known, [_dataset.epoch()])[0]
        if plain != sorted(plain) and not _by_length(data, plain):
            seen = f"the order {plain[:8]} ... without shuffling"
            return failed(seen, "the order of the data set", {"shuffle": False})
    still = [_dataset.epoch(), {**_dataset.epoch(), "seed": 1}]
    one, two = _orders(subject, data, known, still)
    if one != two:
        seen = "another order in a second epoch without shuffling"
        return failed(seen, "the same order", {"shuffle": False})
    step = _dataset.epoch(shuffle=True)
    again = {**step, "seed": 1}  # other random numbers, as they are in a later epoch
    one, two = _orders(subject, data, known, [step, again])
    if one == two:
        return failed("the same order in two shuffled epochs", "another order", {"seeds": [0, 1]})
    if one == sorted(one) and "bucketed by length" not in phrases:
        return failed("the order of the data set when shuffled", "another", {"shuffle": True})
    (other,) = _orders(subject, data, known, [step])
    if one != other:
        seen = "another order from a new loader with the same seed"
        return failed(seen, "the same order", {"seed": 0})
    if "seed" in roles:
        own = [{**step, "seed": 9}, {**_dataset.epoch(shuffle=True, seed=5), "seed": 0}]
        (same,), (different,) = (_orders(subject, data, known, [each]) for each in own)
        if same != one:
            seen = "another order with other random numbers outside and the same seed"
            return failed(seen, "an order that its seed decides", {"seed": 0})
        if different == one:
            return failed("the same order with another seed", "another order", {"seeds": [0, 5]})
    return passed("epochs differ when shuffled, and repeat with their seed")


def _by_length(data: _dataset.Given, order: list[int]) -> bool:
    """Whether items of similar length follow each other, as in buckets."""
    if data.lengths is None:
        return False
    steps = np.diff(data.lengths[order])
    return bool(np.all(steps >= 0) or np.all(steps <= 0))


def _orders(
    subject: Subject,
    data: _dataset.Given,
    known: list[Arrays],
    script: list[_dataset.Step],
) -> list[list[int]]:
    plays = _dataset.play(subject, data, script)
    orders = [_dataset.order(subject, played.batches, known) for played in plays]
    return [[number for batch in batches for number in batch] for batches in orders]
