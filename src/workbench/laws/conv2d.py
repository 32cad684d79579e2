"""A convolution over 2 dimensions: the correlation with a learned kernel, plus a bias.

Stride, padding, dilation and groups are those of the options; where no padding is declared, either
none or as much as keeps the size is right.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._kernels import convolution
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the correlation."""
    yield from convolution(part, 2)
