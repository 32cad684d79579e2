"""Max pooling: the largest value in each window, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part
from workbench.laws._windows import pooled


def law(part: Part) -> Iterator[Claim]:
    """Compare with the largest of each window, also where all values are negative."""
    for words, x in (("", part.x), (" where all are negative", -np.abs(part.x) - 1)):
        says = f"the largest of each window{words}"
        yield Claim(
            says, part(x), pooled(part, x, lambda windows, axes: windows.max(axes), -np.inf)
        )
