"""Recurrent layers: every usual way to lay their gates out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from workbench.laws._maps import Map, maps
from workbench.laws._part import Array, Part, Unsuited

Gates = Callable[[Array, Array], tuple[list[Array], list[Array]]]


def sequence(part: Part) -> tuple[Array, Array]:
    """Return input ``(batch, time, in)`` and output ``(batch, time, hidden)``."""
    x, y = part.x, part()
    if x.ndim != 3 or y.ndim not in (2, 3):
        raise Unsuited("it is not called with (batch, time, features)")
    if y.ndim == 3 and part.time == -3:
        x, y = np.swapaxes(x, 0, 1), np.swapaxes(y, 0, 1)
    return x, y


def gatings(part: Part, count: int, width: int, hidden: int) -> Iterator[Gates]:
    """Yield functions of ``(x, h)`` that give each gate's share of x and of h, in every order.

    Two maps, of the input and of the state, or one of both side by side; gates stacked, or a map
    for each.
    """
    for found in maps(part):
        for of_input, of_state in _stacked(found, count, width, hidden):
            for order in permutations(range(count)):
                yield _gates(of_input, of_state, order)


def _gates(of_input: list[Map], of_state: list[Map], order: tuple[int, ...]) -> Gates:
    def gates(x: Array, h: Array) -> tuple[list[Array], list[Array]]:
        return [of_input[i](x) for i in order], [of_state[i](h) for i in order]

    return gates


def _stacked(
    found: list[Map], count: int, width: int, hidden: int
) -> Iterator[tuple[list[Map], list[Map]]]:
    high = count * hidden
    for one, two in permutations(found, 2) if len(found) == 2 else ():
        if one.shape == (width, high) and two.shape == (hidden, high):
            yield one.split(count), two.split(count)
    if len(found) == 1 and found[0].shape == (width + hidden, high):
        for first in (width, hidden):
            yield _beside(found[0].split(count), first, first == width)
    if len(found) == count and all(each.shape == (width + hidden, hidden) for each in found):
        for first in {width, hidden}:
            yield _beside(found, first, first == width)


def _beside(found: list[Map], first: int, input_first: bool) -> tuple[list[Map], list[Map]]:
    """Cut maps of two vectors side by side into a map of each; the input's keeps the bias."""
    none = [np.zeros_like(each.bias) for each in found]
    upper = [Map(each.name, each.matrix[:first], each.bias) for each in found]
    lower = [Map(e.name, e.matrix[first:], b) for e, b in zip(found, none, strict=True)]
    return (upper, lower) if input_first else (lower, upper)


def unrolled(
    x: Array, hidden: int, step: Callable[[Array, list[Array]], list[Array]], states: int
) -> Array:
    """Run a cell from zero states over ``x (batch, time, in)``; the first state is the output."""
    state = [np.zeros((len(x), hidden)) for _ in range(states)]
    outputs = []
    for at in range(x.shape[1]):
        state = step(x[:, at], state)
        outputs.append(state[0])
    return np.stack(outputs, axis=1)


def shaped(states: Array, y: Array) -> Array:
    """Return all states, or the last one where the output has no axis of time."""
    return states if y.ndim == 3 else states[:, -1]
