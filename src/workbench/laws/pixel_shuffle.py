"""Pixel shuffle: channel ``c r^2 + i r + j`` becomes row i and column j of each r x r block of
channel c.

Source: Shi et al. 2016, equation 4.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare with the rearrangement."""
    factor = part.option("upscale_factor", "factor", "scale", "r")
    x = part.x
    if factor is None or x.ndim != 4 or x.shape[1] % factor**2:
        raise Unsuited("no option upscale_factor divides the channels of an image")
    batch, channels, height, width = x.shape
    cut = x.reshape(batch, channels // factor**2, factor, factor, height, width)
    wanted = np.transpose(cut, (0, 1, 4, 2, 5, 3)).reshape(
        batch, -1, height * factor, width * factor
    )
    yield Claim("channels become places, row by row", part(), wanted)
