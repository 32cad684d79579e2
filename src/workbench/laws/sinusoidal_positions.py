"""Sinusoidal positions: ``sin(place / 10000^(2 i / d))`` and the cosine of the same, side by side
or by halves.

Source: Vaswani et al. 2017, section 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part
from workbench.laws._positions import angles, table_of


def law(part: Part) -> Iterator[Claim]:
    """Compare the table with sines and cosines."""
    table = table_of(part)
    width = table.shape[1]
    yield Claim(
        "each row has the length sqrt(d / 2)", (table**2).sum(1), np.full(len(table), width / 2)
    )
    base = float(part.option("base", "theta", "max_period", default=10000.0))
    turned = angles(np.arange(len(table)), width, base)
    sin, cos = np.sin(turned), np.cos(turned)
    beside = np.stack([sin, cos], -1).reshape(len(table), width)
    halves = [np.concatenate(pair, 1) for pair in ((sin, cos), (cos, sin))]
    yield Claim(f"sines and cosines of place / {base:g}^(2i/d)", table, [beside, *halves])
