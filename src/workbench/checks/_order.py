"""Compares the operations of a run with an order that is asked for.

Operations that do not depend on each other may come in any order, so a run fits if one of the
orders that its data flow allows is the one that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.checks._decision import CannotLook
from workbench.checks._operations import Operations
from workbench.checks._regions import Seen
from workbench.spec import Expression, Operation, Repeat, Sequence

_MOST = 20_000  # sets of operations that are looked at
_SAID = frozenset(
    {"aligned", "channels", "examples", "unscaled"}
)  # what goes without saying is the opposite
_LONGEST = 4000  # places in an order, after repeating


@dataclass(frozen=True)
class Stopped:
    """Where no way goes on.

    Args:
        expected: What was asked for there.
        seen: What the run did there; none at its end.
    """

    expected: tuple[str, ...]
    seen: Seen | None


@dataclass
class _Wanted:
    """One operation that is asked for, with its numbers."""

    text: str
    name: str
    size: tuple[float, ...]
    settings: dict[str, Any]
    flags: frozenset[str]

    def fits(self, seen: Seen) -> bool:
        if self.name == "...":
            return True
        strict = seen.flags & _SAID
        if not self._named(seen) or not strict <= self.flags <= seen.flags:
            return False
        if self.size and not _all(seen.size, self.size) and not self._pointwise(seen):
            return False
        return all(self._set(seen, key) for key in ("stride", "dilation", "groups", *self.settings))

    def _named(self, seen: Seen) -> bool:
        if self.name == seen.name:
            return True
        if {self.name, seen.name} == {"conv", "linear"}:
            conv = seen.size if seen.name == "conv" else self.size
            return all(number == 1 for number in conv or (0,))
        either = {"gelu": ("gelu (tanh form)",), "add positions": ("add parameter", "add number")}
        return seen.name in either.get(self.name, ())

    def _pointwise(self, seen: Seen) -> bool:
        return self.name == "conv" and seen.name == "linear"

    def _set(self, seen: Seen, key: str) -> bool:
        value = seen.settings.get(key, ())
        if key in self.settings:
            wanted = self.settings[key]
            return wanted is None or _all(value, (wanted,))
        if key == "groups":
            return "depthwise" in self.flags or _all(value, (1,))
        if key == "stride" and seen.name == "transposed conv":
            return True
        windowed = seen.name.endswith("pool") or seen.name == "patches"
        return _all(value, seen.size if windowed and key == "stride" else (1,))


def _all(seen: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    """Compare numbers axis by axis; a single one stands for all axes."""
    each = wanted * len(seen) if len(wanted) == 1 else wanted
    return len(each) == len(seen) and all(
        abs(a - b) <= 1e-6 * max(1.0, abs(b)) for a, b in zip(seen, each, strict=True)
    )


@dataclass
class _Places:
    """An order as places, with ways between them: free ones, and those that take an operation."""

    free: list[list[int]] = field(default_factory=lambda: [[]])
    taking: list[list[tuple[_Wanted, int]]] = field(default_factory=lambda: [[]])

    def add(self) -> int:
        if len(self.free) > _LONGEST:
            raise CannotLook("the order that is asked for is too long")
        self.free.append([])
        self.taking.append([])
        return len(self.free) - 1

    def choices(self, start: int, choices: Any, options: Mapping[str, Any]) -> int:
        """Lay ways for each choice from a place; return where they meet."""
        end = self.add()
        for choice in choices:
            at = self.add()
            self.free[start].append(at)
            for item in choice:
                at = self._item(at, item, options)
            self.free[at].append(end)
        return end

    def _item(self, at: int, item: Operation | Repeat, options: Mapping[str, Any]) -> int:
        if isinstance(item, Repeat):
            for _ in range(item.times(options)):
                at = self.choices(at, item.choices, options)
            return at
        wanted = _Wanted(
            item.text,
            item.name,
            tuple(float(_number(part, options)) for part in item.size),
            {k: v if v is None else _number(v, options) for k, v in item.settings.items()},
            item.flags,
        )
        after = self.add()
        if item.name == "...":
            self.taking[at].append((wanted, at))
            self.free[at].append(after)
        else:
            self.taking[at].append((wanted, after))
        return after

    def reached(self, places: set[int]) -> set[int]:
        """Add all that free ways lead to."""
        found, front = set(places), list(places)
        while front:
            for place in self.free[front.pop()]:
                if place not in found:
                    found.add(place)
                    front.append(place)
        return found


def _number(form: Expression, options: Mapping[str, Any]) -> float:
    value = form.value(options)
    if not isinstance(value, int | float):
        raise CannotLook(f"{form.text!r} is {value!r}, which is no number")
    return value


def compare(
    sequence: Sequence, options: Mapping[str, Any], run: Operations, chosen: list[int]
) -> Stopped | None:
    """Look for an order of operations that is the one that is asked for.

    Args:
        sequence: What is asked for.
        options: Values for its closed forms.
        run: What was seen.
        chosen: The operations to look at, by their places in the run.

    Returns:
        None where there is one; else where the way that leads furthest stops.

    Raises:
        CannotLook: There are too many orders.
    """
    places = _Places()
    end = places.choices(0, sequence.choices, options)
    # The order of events is the most likely one, and the cheapest to try.
    for orders in (_straight, _free):
        stopped = _walked(places, end, run, chosen, orders)
        if stopped is None:
            return None
    return stopped


def _straight(run: Operations, chosen: list[int], done: int) -> Iterator[int]:
    yield from [at for at in chosen if not done >> at & 1][:1]


def _free(run: Operations, chosen: list[int], done: int) -> Iterator[int]:
    within = sum(1 << at for at in chosen)
    for at in chosen:
        if not done >> at & 1 and not run.before[at] & within & ~done:
            yield at


def _walked(
    places: _Places, end: int, run: Operations, chosen: list[int], orders: Any
) -> Stopped | None:
    front: dict[int, set[int]] = {0: places.reached({0})}
    looked = 0
    for _ in chosen:
        following: dict[int, set[int]] = {}
        for done, held in front.items():
            for at in orders(run, chosen, done):
                taken = {
                    place
                    for start in held
                    for wanted, place in places.taking[start]
                    if wanted.fits(run.seen[at])
                }
                if taken:
                    following.setdefault(done | 1 << at, set()).update(taken)
        looked += len(following)
        if looked > _MOST:
            raise CannotLook("its data flow allows too many orders; describe its parts one by one")
        if not following:
            return _stopped(places, front, run, chosen)
        front = {done: places.reached(held) for done, held in following.items()}
    if any(end in held for held in front.values()):
        return None
    return _stopped(places, front, run, chosen)


def _stopped(
    places: _Places, front: dict[int, set[int]], run: Operations, chosen: list[int]
) -> Stopped:
    done, held = next(iter(front.items()))
    texts = dict.fromkeys(
        wanted.text for place in sorted(held) for wanted, _ in places.taking[place]
    )
    texts.pop("...", None)
    following = next((run.seen[at] for at in chosen if not done >> at & 1), None)
    return Stopped(tuple(texts) or ("the end",), following)
