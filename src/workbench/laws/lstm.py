"""LSTM: ``c = f c + i g``, ``h = o tanh(c)``; the output is h, never c.

Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000. The order of the
gates is free.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._cells import Gates, gatings, sequence, shaped, unrolled
from workbench.laws._formulas import sigmoid
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Bound the output, then compare with the equations."""
    x, y = sequence(part)
    hidden = y.shape[-1]
    ways = list(gatings(part, 4, x.shape[-1], hidden))
    if not ways:
        raise Unsuited("its maps are no four gates of input and state")
    yield Claim("|h| < 1 for every input", float(np.abs(part(50 * part.x)).max() <= 1), 1.0)
    wanted = [shaped(unrolled(x, hidden, _step(gates), 2), y) for gates in ways]
    yield Claim("h = o tanh(f c + i g)", y, wanted)


def _step(gates: Gates):  # type: ignore[no-untyped-def]
    def step(x: Array, state: list[Array]) -> list[Array]:
        of_input, of_state = gates(x, state[0])
        i, f, g, o = (a + b for a, b in zip(of_input, of_state, strict=True))
        cell = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
        return [sigmoid(o) * np.tanh(cell), cell]

    return step
