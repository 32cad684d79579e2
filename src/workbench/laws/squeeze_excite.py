"""Squeeze and excite: each channel is scaled by a gate in (0, 1) that sees only the channels'
means.

Source: Hu, Shen and Sun 2018, equations 2 to 4: ``x * sigmoid(W2 relu(W1 mean(x)))``; silu and hard
sigmoid are in use too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._formulas import sigmoid, silu
from workbench.laws._maps import ordered
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation for ``x (batch, channels, *places)``."""
    x, y = part.x, part()
    if x.shape != y.shape or x.ndim < 3:
        raise Unsuited("its output has another shape, or its input has no places")
    channels = x.shape[1]
    gate = y / x
    flat = gate.reshape(*gate.shape[:2], -1)
    yield Claim(
        "one gate for all places of a channel", flat, np.broadcast_to(flat[..., :1], flat.shape)
    )
    yield Claim("gates between 0 and 1", np.clip(flat, 0, 1), flat)
    mean = x.reshape(*x.shape[:2], -1).mean(-1)  # (batch, channels)
    wanted: list[Array] = []
    for down, up in ordered(part, [(channels, 0), (0, channels)]):
        if down.shape[1] == up.shape[0]:
            for inner in (lambda v: np.maximum(v, 0), silu):
                wanted += [
                    sigmoid(up(inner(down(mean)))),
                    np.clip(up(inner(down(mean))) / 6 + 0.5, 0, 1),
                ]
    if not wanted:
        raise Unsuited("it has no pair of maps that squeeze and excite")
    yield Claim("sigmoid(W2 relu(W1 mean(x)))", flat[..., 0], wanted)
