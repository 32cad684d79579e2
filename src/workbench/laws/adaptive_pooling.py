"""Adaptive average pooling: output i averages places ``floor(i n / m)`` to ``ceil((i + 1) n / m)``.

The declared output size holds for every input size; a global pool is the output size 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from workbench.laws._formulas import many
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the mean of each bin."""
    x, y = part.x, part()
    dims = x.ndim - 2
    sizes = many(part.option("output_size", default=1), dims)
    wanted = np.empty((*x.shape[:2], *sizes))
    for place in np.ndindex(*sizes):
        cut = tuple(
            slice(i * n // m, -(-(i + 1) * n // m))
            for i, n, m in zip(place, x.shape[2:], sizes, strict=True)
        )
        at: Any = (..., *place)
        wanted[at] = x[:, :, *cut].mean(tuple(range(2, x.ndim)))
    flat = wanted.reshape(*x.shape[:2], -1)
    shape = y.shape if y.size == wanted.size else wanted.shape
    yield Claim("the mean of each bin", y, flat.reshape(shape))
