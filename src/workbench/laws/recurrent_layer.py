"""A plain recurrent layer: ``h' = tanh(W x + U h + b)`` from a state of zero (Elman 1990)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._cells import gatings, sequence, shaped, unrolled
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation."""
    x, y = sequence(part)
    ways = list(gatings(part, 1, x.shape[-1], y.shape[-1]))
    if not ways:
        raise Unsuited("its maps are not one of the input and one of the state")
    wanted = []
    for gates in ways:

        def step(now: Array, state: list[Array], gates=gates) -> list[Array]:  # type: ignore[no-untyped-def]
            of_input, of_state = gates(now, state[0])
            return [np.tanh(of_input[0] + of_state[0])]

        wanted.append(shaped(unrolled(x, y.shape[-1], step, 1), y))
    yield Claim("h' = tanh(W x + U h + b)", y, wanted)
