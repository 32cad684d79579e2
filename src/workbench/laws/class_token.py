"""A class token: a learned vector, the same for all examples, stands before the sequence, which
stays as it is.

Source: Devlin et al. 2019, section 3; Dosovitskiy et al. 2021, equation 1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Look at what was added in front."""
    x, y = part.x, part()
    if x.ndim != 3 or y.ndim != 3:
        raise Unsuited("it does not take and return (batch, time, width)")
    yield Claim("one token more", y.shape, (x.shape[0], x.shape[1] + 1, x.shape[2]))
    tokens = [v.reshape(-1) for v in part.parameters.values() if v.size == x.shape[-1]]
    if not tokens:
        raise Unsuited("it has no learned vector as wide as the sequence")
    front = [np.broadcast_to(token, y[:, 0].shape) for token in tokens]
    yield Claim("the learned vector in front", y[:, 0], front)
    yield Claim("the sequence behind it as it was", y[:, 1:], x)
