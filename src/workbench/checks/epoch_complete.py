"""An epoch holds every item once, in batches of the declared size.

Why: A sampler that repeats or forgets items, or a loader that drops the last batch where it should
not, changes what is trained on and what is counted in an evaluation.
Fix: Go through a permutation of all indices; drop the last batch only where ``drop_last`` says so.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks import _dataset
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("dataset",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 9

_SIZE = 4


def check(subject: Subject) -> Decision:
    """Go through epochs with and without shuffling, and with the last batch dropped."""
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    known = _dataset.items(subject, data, count)
    own = "loader" not in subject.spec.roles
    for shuffle in (False, True) if _dataset.shuffles(subject) else (False,):
        for drop in (False, True) if own or "drop_last" in subject.spec.roles else (False,):
            step = _dataset.epoch(_SIZE, shuffle=shuffle, drop_last=drop)
            played = _dataset.play(subject, data, [step])[0]
            batches = _dataset.order(subject, played.batches, known)
            problem = _problem(batches, count, drop, played.length)
            if problem is not None:
                more = {"items": count, "batch_size": _SIZE}
                return failed(*problem, {**more, "shuffle": shuffle, "drop_last": drop})
    return passed(f"each of {count} items once, in batches of {_SIZE}")


def _problem(batches: list[list[int]], count: int, drop: bool, told: int) -> tuple[str, str] | None:
    times = Counter(number for batch in batches for number in batch)
    twice = [number for number, seen in times.items() if seen > 1]
    if twice:
        return f"item {twice[0]} {times[twice[0]]} times in an epoch", "once"
    sizes = [len(batch) for batch in batches]
    odd = [size for size in sizes if size != _SIZE]
    lost = count - sum(sizes)
    if drop and (odd or lost >= _SIZE):
        return f"batches of {sizes}", f"full batches of {_SIZE} only"
    if not drop and lost:
        missing = sorted(set(range(count)) - times.keys())
        return f"{lost} items are missing, the first is {missing[0]}", "every item"
    if not drop and len(odd) > 1:
        return f"batches of {sizes}", f"all but one of {_SIZE}"
    if told not in (-1, len(batches)):
        return f"a loader of length {told} with {len(batches)} batches", f"{len(batches)}"
    return None
