"""Rotary positions: pairs of features turn by ``place * base^(-2 i / d)``.

Source: Su et al. 2021, equations 15 and 34. Neighbours or halves may be the pairs; lengths stay,
and the product of two rotated vectors depends on the difference of their places alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited
from workbench.laws._positions import angles, rotated


def law(part: Part) -> Iterator[Claim]:
    """Look at lengths, at place 0, and compare with the rotation."""
    yield from rotation(part, 1.0)


def rotation(part: Part, factor: float) -> Iterator[Claim]:
    """Claim a rotation by the places divided by a factor."""
    x, y = part.x, part()
    if x.shape != y.shape or x.shape[-1] % 2:
        raise Unsuited("its output has another shape than its input, or an odd width")
    yield Claim("lengths stay as they are", (y**2).sum(-1), (x**2).sum(-1))
    first = [np.take(values, 0, part.time) for values in (y, x)]
    yield Claim("place 0 is not turned", *first)
    base = float(part.option("base", "theta", "rope_theta", "rotary_base", default=10000.0))
    places = np.arange(x.shape[part.time]) / factor
    turned = angles(places, x.shape[-1], base)
    wanted: list[Array] = [
        rotated(x, sign * turned, part.time, halves=halves)
        for halves in (True, False)
        for sign in (1, -1)
    ]
    yield Claim(f"pairs turn by place * {base:g}^(-2i/d)", y, wanted)
