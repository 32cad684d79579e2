"""What the laws of positions share."""

from __future__ import annotations

import numpy as np

from workbench.laws._part import Array, Part, Unsuited


def angles(places: Array, width: int, base: float) -> Array:
    """``place * base^(-2 i / width)``, ``(places, width / 2)``."""
    return places[:, None] * float(base) ** (-np.arange(0, width, 2) / width)[None, :]


def rotated(x: Array, turned: Array, axis: int, *, halves: bool) -> Array:
    """Rotate pairs of features of ``x`` by angles ``(time, pairs)``; ``axis`` is that of time."""
    moved = np.moveaxis(x, axis, -2)  # (..., time, features)
    cos, sin = np.cos(turned), np.sin(turned)
    pairs = turned.shape[-1]
    one, two = (
        (moved[..., :pairs], moved[..., pairs:]) if halves else (moved[..., ::2], moved[..., 1::2])
    )
    first, second = one * cos - two * sin, one * sin + two * cos
    joined = (
        np.concatenate([first, second], -1)
        if halves
        else np.stack([first, second], -1).reshape(moved.shape)
    )
    return np.moveaxis(joined, -2, axis)


def table_of(part: Part) -> Array:
    """Return the table ``(time, width)`` that a part adds to its input, or returns.

    Raises:
        Unsuited: It depends on the input in another way.
    """
    given = [v for v in part.inputs.values() if v.dtype.kind == "f"]
    y = part()
    if given and given[0].shape == y.shape:
        y = y - given[0]
    while y.ndim > 2:
        if np.abs(y - y[:1]).max() > 1e-6:
            raise Unsuited("what it adds is not the same for all examples")
        y = y[0]
    if y.ndim != 2:
        raise Unsuited("it neither adds nor returns a table of positions")
    return y
