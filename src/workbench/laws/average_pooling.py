"""Average pooling: the mean of each window, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._part import Claim, Part
from workbench.laws._windows import pooled


def law(part: Part) -> Iterator[Claim]:
    """Compare with the mean of each window."""
    wanted = pooled(part, part.x, lambda windows, axes: windows.mean(axes), 0.0)
    yield Claim("the mean of each window", part(), wanted)
