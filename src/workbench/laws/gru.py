"""GRU: ``h' = z h + (1 - z) tanh(...)`` with a reset gate on the state's share of the candidate.

Source: Cho et al. 2014, equations 5 to 8, where the reset gate stands before the map of the state;
that of cuDNN and torch stands behind it; both, and both senses of z, are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from workbench.laws._cells import Gates, gatings, sequence, shaped, unrolled
from workbench.laws._formulas import sigmoid
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Bound the output, then compare with the equations."""
    x, y = sequence(part)
    hidden = y.shape[-1]
    ways = list(gatings(part, 3, x.shape[-1], hidden))
    if not ways:
        raise Unsuited("its maps are no three gates of input and state")
    yield Claim("|h| < 1 for every input", float(np.abs(part(50 * part.x)).max() <= 1), 1.0)
    forms = [(before, keep) for before in (False, True) for keep in (False, True)]
    wanted = [shaped(unrolled(x, hidden, _step(g, *form), 1), y) for g in ways for form in forms]
    yield Claim("h' = z h + (1 - z) tanh(W x + r U h)", y, wanted)


def _step(gates: Gates, before: bool, keep: bool) -> Callable[[Array, list[Array]], list[Array]]:
    def step(x: Array, state: list[Array]) -> list[Array]:
        h = state[0]
        of_input, of_state = gates(x, h)
        r, z = (sigmoid(of_input[i] + of_state[i]) for i in (0, 1))
        inner = gates(x, r * h)[1][2] if before else r * of_state[2]
        candidate = np.tanh(of_input[2] + inner)
        z = z if keep else 1 - z
        return [z * h + (1 - z) * candidate]

    return step
