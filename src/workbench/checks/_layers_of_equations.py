"""Whole layers that a reference equation may name, each written out with numpy.

They stand for the equations that every textbook has, with the layout that torch documents:
``(batch, time, features)``, gates stacked in the order of ``nn.LSTM`` and ``nn.GRU``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.checks._inputs import Array
from workbench.laws import angles, rotated, sigmoid


def heads_of(x: Array, count: int) -> Array:
    """``(batch, time, count * d)`` to ``(batch, count, time, d)``."""
    return np.swapaxes(x.reshape(*x.shape[:-1], count, -1), -2, -3)


def joined(x: Array) -> Array:
    """``(batch, heads, time, d)`` to ``(batch, time, heads * d)``."""
    moved = np.swapaxes(x, -2, -3)
    return moved.reshape(*moved.shape[:-2], -1)


def _repeat(x: Array, count: int, axis: int = -1) -> Array:
    return np.repeat(x, count, axis=axis)


def _turned(halves: bool) -> Callable[..., Array]:
    """Turn pairs by place times base^(-2i / d) (Su et al. 2021, equation 15).

    The pairs are (i, i + d / 2) where ``halves``, else the neighbours (2i, 2i + 1).
    """

    def turned(x: Array, base: float = 10000.0) -> Array:
        by = angles(np.arange(x.shape[-2]), x.shape[-1], base)  # (time, d / 2)
        return rotated(x, by, -2, halves=halves)

    return turned


def _causal(scores: Array) -> Array:
    """Hide what comes later; the last axes are queries and keys."""
    seen = np.tri(scores.shape[-2], scores.shape[-1], scores.shape[-1] - scores.shape[-2])
    return np.where(seen > 0, scores, -np.inf)


def _reverse(x: Array, lengths: Any = None) -> Array:
    """Turn each sequence ``(batch, time, ...)`` round, what lies beyond its length stays."""
    time = x.shape[1]
    ends = np.full(len(x), time) if lengths is None else np.asarray(lengths)
    places = np.arange(time)[None, :]
    order = np.where(places < ends[:, None], ends[:, None] - 1 - places, places)
    return x[np.arange(len(x))[:, None], order]


def _last(x: Array, lengths: Any = None) -> Array:
    """The last entry of each sequence ``(batch, time, ...)``; zero where there is none."""
    ends = np.full(len(x), x.shape[1]) if lengths is None else np.asarray(lengths)
    picked = x[np.arange(len(x)), np.maximum(ends, 1).astype(int) - 1]
    return np.where((ends > 0).reshape(-1, *[1] * (picked.ndim - 1)), picked, 0.0)


def _gates(x: Array, weight: Array, bias: Any) -> Array:
    return x @ weight.T + (0.0 if bias is None else bias)


def _unrolled(
    x: Array, width: int, states: int, step: Callable[[Array, list[Array]], list[Array]]
) -> Array:
    """Run a cell from zero states; the first state is what it gives."""
    state = [np.zeros((len(x), width)) for _ in range(states)]
    found = []
    for at in range(x.shape[1]):
        state = step(x[:, at], state)
        found.append(state[0])
    return np.stack(found, axis=1) if found else np.zeros((len(x), 0, width))


def _lstm(x: Array, of_input: Array, of_state: Array, bias: Any = None, more: Any = None) -> Array:
    """``c = f c + i g``, ``h = o tanh(c)``: gates i, f, g, o, as Hochreiter and Gers have them."""

    def step(row: Array, state: list[Array]) -> list[Array]:
        gates = _gates(row, of_input, bias) + _gates(state[0], of_state, more)
        i, f, g, o = np.split(gates, 4, axis=-1)
        cell = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
        return [sigmoid(o) * np.tanh(cell), cell]

    return _unrolled(x, of_state.shape[1], 2, step)


def _gru(x: Array, of_input: Array, of_state: Array, bias: Any = None, more: Any = None) -> Array:
    """``h = (1 - z) n + z h``, ``n = tanh(W x + r (U h))``: gates r, z, n (Cho et al. 2014)."""

    def step(row: Array, state: list[Array]) -> list[Array]:
        r, z, n = np.split(_gates(row, of_input, bias), 3, axis=-1)
        reset, update, new = np.split(_gates(state[0], of_state, more), 3, axis=-1)
        kept = sigmoid(z + update)
        return [(1 - kept) * np.tanh(n + sigmoid(r + reset) * new) + kept * state[0]]

    return _unrolled(x, of_state.shape[1], 1, step)


def _rnn(x: Array, of_input: Array, of_state: Array, bias: Any = None, more: Any = None) -> Array:
    """``h = tanh(W x + U h)`` (Elman 1990)."""

    def step(row: Array, state: list[Array]) -> list[Array]:
        return [np.tanh(_gates(row, of_input, bias) + _gates(state[0], of_state, more))]

    return _unrolled(x, of_state.shape[1], 1, step)


LAYERS: dict[str, Callable[..., Any]] = {
    "heads": heads_of,
    "joined": joined,
    "repeat": _repeat,
    "rotate": _turned(halves=True),
    "rotate_pairs": _turned(halves=False),
    "causal": _causal,
    "reverse": _reverse,
    "last": _last,
    "lstm": _lstm,
    "gru": _gru,
    "rnn": _rnn,
}
