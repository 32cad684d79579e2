"""ALiBi: a score falls by a slope per head times the distance; slopes are ``2^(-8 h / heads)``.

Source: Press, Smith and Lewis 2022, section 3, and its published code for heads that are no power
of two. The part returns the biases ``(heads, queries, keys)`` or adds them to scores.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._biases import bias_of
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare what is seen below the diagonal."""
    bias = bias_of(part)  # (heads, queries, keys)
    heads, queries, keys = bias.shape
    distance = np.arange(queries)[:, None] - np.arange(keys)[None, :]
    slopes = _slopes(heads)[:, None, None]
    seen = (distance >= 0)[None] & np.isfinite(bias)
    # A softmax sees no shift of a whole row: a form that counts from the first key is one too.
    shown = np.where(seen, bias - np.diagonal(bias, axis1=1, axis2=2)[:, :, None], 0.0)
    yield Claim(
        "falls by 2^(-8 h / heads) per place back", shown, np.where(seen, -slopes * distance, 0.0)
    )


def _slopes(heads: int) -> np.ndarray:
    power = 2 ** (heads.bit_length() - 1)
    first = [2.0 ** (-8 * (h + 1) / power) for h in range(power)]
    return np.array(first + [2.0 ** (-4 * (2 * h + 1) / power) for h in range(heads - power)])
