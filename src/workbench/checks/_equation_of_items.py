"""Compares the items of a data set with an equation, random ones included.

What an equation leaves to chance (`one_of`, `sometimes`, `between`, `whole_between`) is decided
anew for each item: alternatives are tried, numbers are fitted, and the item has to be one of those
that the equation allows. Over many items every alternative has to come up, as often as is said,
and numbers have to reach over their range.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.checks import _dataset
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import Beside, Choice, NotDrawn, Undecided, solve
from workbench.checks._inputs import Array
from workbench.checks._subject import Subject
from workbench.spec import CHANCE, Equation

_FAR = 1e-5  # items are in single precision
_MOST = 3000  # times that an equation is computed for one item
_EPOCHS = 5  # looks at each random item
_FEW = 4  # alternatives, each of which has to come up
_SIGMAS = 5.0
_REACH = 0.6  # of a range, at least, from the least to the largest of many numbers
_STEPS = 12  # in which numbers are fitted
_SURE = 20  # draws from which on anything is said about how they are spread


def decide(subject: Subject, equation: Equation) -> Decision:
    """Compare a part of every item; the equation knows all data, and which item it is."""
    data = _dataset.given(subject)
    part = subject.phrase.of or _dataset.first(subject)
    tally = _Tally()
    looks = 0
    for index, seed, values, draws in _looks(subject, data, equation):
        if part not in values:
            raise CannotLook(f"item {index} has no {part!r}; see `item_types`")
        known = {**_dataset.names(subject, data, index), "item": index}
        known |= _dataset.as_long_as(subject, data, index)
        conditions = {"items": data.count, "index": index, "seed": seed}
        try:
            found = _Ways(equation, known, draws, values[part]).nearest()
        except NotDrawn as error:
            return failed(str(error), f"noise as {equation.text} draws it", conditions)
        if found.distance > _FAR:  # the shape is for `item_types`
            wanted = f"{_shown(found.expected)}, as {equation.text} gives{found.words}"
            seen = f"item {index}: {part} is {_words(values[part], found.expected)}"
            told = {key: value for key, value in conditions.items() if value is not None}
            return failed(seen, wanted, told)
        tally.add(found)
        looks += 1
    problem = tally.problem()
    if problem:
        return failed(*problem, {"items": data.count, "looks": looks})
    return passed(f"as the equation gives, for {looks} items")


def _looks(
    subject: Subject, data: _dataset.Given, equation: Equation
) -> Iterator[tuple[int, int | None, Mapping[str, Array], list[tuple[str, Array]]]]:
    """Yield items: each once, or with several seeds where the equation leaves them to chance."""
    count = _dataset.length(subject, data)
    if not equation.functions & {*CHANCE, "normal", "uniform"}:
        for index, values in enumerate(_dataset.items(subject, data, count)):
            yield index, None, values, []
        return
    drawn = bool(equation.functions & {"normal", "uniform"})
    places = [
        (index, 60 + epoch * count + index) for epoch in range(_EPOCHS) for index in range(count)
    ]
    script = [_dataset.item(index, seed=seed, draws=drawn) for index, seed in places]
    played = _dataset.play(subject, data, script, pinned=False)
    for (index, seed), each in zip(places, played, strict=True):
        yield index, seed, each.values, [(str(kind), values) for kind, values in each.draws]


@dataclass
class _Found:
    """How an item comes nearest to the equation.

    Args:
        distance: How far it is.
        expected: What the equation gives.
        choices: What was left to chance, and how it came out.
        sure: Whether no other way gives the same.
    """

    distance: float
    expected: Array
    choices: list[tuple[Choice, float]] = field(default_factory=list)
    sure: bool = True

    @property
    def words(self) -> str:
        told = [f"{c.words} as {_taken(c, value)}" for c, value in self.choices]
        return f" with {', '.join(told)}" if told else ""


def _taken(choice: Choice, value: float) -> str:
    if choice.count and choice.high == choice.low == 0:
        return f"its alternative {int(value) + 1}"
    return f"{choice.low + value if choice.count else value:.4g}"


class _Ways:
    """All ways in which an equation can come out for one item."""

    def __init__(
        self, equation: Equation, known: Mapping[str, Any], draws: list[Any], seen: Array
    ) -> None:
        self._equation, self._known, self._draws = equation, known, draws
        self._seen = seen.astype(np.float64)

    def nearest(self) -> _Found:
        """Try every alternative; fit the numbers of each."""
        best: _Found | None = None
        stopped: CannotLook | None = None
        front: list[list[tuple[Choice, float]]] = [[]]
        looked = 0
        while front:
            choices, looked = front.pop(), looked + 1
            if looked > _MOST:
                raise CannotLook("what it leaves to chance can come out in too many ways")
            try:
                expected = self._solve(choices)
            except Undecided as left:
                front += _alternatives(choices, left.choice)
                continue
            except CannotLook as error:
                stopped = error  # an alternative that this item is too small for
                continue
            found = self._fitted(choices, expected)
            if best is None or found.distance < best.distance:
                best = (
                    found
                    if best is None or best.distance > _FAR
                    else _Found(found.distance, found.expected, found.choices, sure=False)
                )
            elif found.distance <= _FAR:
                best.sure = False
        if best is None:
            raise stopped or CannotLook("the equation gives nothing for an item")
        return best

    def _solve(self, choices: list[tuple[Choice, float]]) -> Array:
        chosen = {choice.place: value for choice, value in choices}
        return solve(self._equation, self._known, Beside(None, self._draws, chosen=chosen))

    def _apart(self, expected: Array) -> float:
        seen = self._seen
        if seen.size == expected.size:
            seen = seen.reshape(expected.shape)
        return apart(expected.astype(np.float64), seen)

    def _fitted(self, choices: list[tuple[Choice, float]], expected: Array) -> _Found:
        """Move the numbers, by Gauss and Newton's steps, to where the item is met."""
        free = [at for at, (choice, _) in enumerate(choices) if not choice.count]
        best = _Found(self._apart(expected), expected, choices)
        if not free or expected.size != self._seen.size:
            return best
        now, seen = list(choices), self._seen.reshape(-1)
        for _ in range(_STEPS):
            base = self._solve(now).astype(np.float64).reshape(-1)
            slopes = np.stack([self._slope(now, at, base) for at in free], axis=1)
            step, *_ = np.linalg.lstsq(slopes, seen - base, rcond=None)
            for at, by in zip(free, step, strict=True):
                choice, value = now[at]
                now[at] = (choice, float(np.clip(value + by, choice.low, choice.high)))
            result = self._solve(now)
            found = _Found(self._apart(result), result, list(now))
            if found.distance >= best.distance:
                break
            best = found
        return best

    def _slope(self, now: list[tuple[Choice, float]], at: int, base: Array) -> Array:
        choice, value = now[at]
        by = 1e-6 * max(choice.high - choice.low, 1e-6)
        by = by if value + by <= choice.high else -by
        moved = [*now[:at], (choice, value + by), *now[at + 1 :]]
        return np.asarray(self._solve(moved).astype(np.float64).reshape(-1) - base) / by


def _alternatives(
    choices: list[tuple[Choice, float]], left: Choice
) -> list[list[tuple[Choice, float]]]:
    if not left.count:
        return [[*choices, (left, (left.low + left.high) / 2)]]
    return [[*choices, (left, float(number))] for number in reversed(range(left.count))]


class _Tally:
    """How often what came up."""

    def __init__(self) -> None:
        self._came: dict[Choice, list[float]] = {}

    def add(self, found: _Found) -> None:
        """Count how one item came out, where only one way gives it."""
        for choice, value in found.choices if found.sure else ():
            self._came.setdefault(choice, []).append(value)

    def problem(self) -> tuple[str, str] | None:
        """Say what was seen and expected where draws are not spread as they should be."""
        for choice, values in self._came.items():
            said = _spread(choice, values) if len(values) >= _SURE else None
            if said:
                return said
        return None


def _spread(choice: Choice, values: list[float]) -> tuple[str, str] | None:
    count = len(values)
    if choice.share is not None:
        seen, sigma = (
            values.count(0.0) / count,
            math.sqrt(choice.share * (1 - choice.share) / count),
        )
        if abs(seen - choice.share) > _SIGMAS * sigma + 1e-9:
            return (
                f"the first of {choice.words} in {seen:.0%} of {count} items",
                f"{choice.share:.0%}",
            )
    elif choice.count and choice.count <= _FEW:
        never = [number for number in range(choice.count) if float(number) not in values]
        if never:
            return f"{_taken(choice, never[0])} of {choice.words} in none of {count} items", "each"
    else:
        width = choice.high - choice.low
        low, high = min(values), max(values)
        if width > 0 and high - low < _REACH * width:
            start = choice.low if choice.count else 0.0
            reached = (
                f"{choice.words} from {start + low:.4g} to {start + high:.4g} in {count} items"
            )
            return reached, f"numbers from {choice.low:.4g} to {choice.high:.4g}"
    return None


def _words(seen: Array, expected: Array) -> str:
    if seen.size > 1 and seen.shape != expected.shape:
        return f"an output of shape {seen.shape}"
    return _shown(seen)


def _shown(values: Array) -> str:
    flat = [f"{number:.7g}" for number in values.reshape(-1)[:4].astype(np.float64)]
    shape = f" of shape {values.shape}" if values.ndim else ""
    return ", ".join(flat) + (" ..." if values.size > 4 else "") + shape
