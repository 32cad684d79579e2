"""InstanceNorm: mean and biased variance over the places of each channel of each example.

Source: Ulyanov, Vedaldi and Lempitsky 2016, equation 1. It is group norm with a group per channel.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._part import Claim, Part, Unsuited
from workbench.laws.group_norm import claims


def law(part: Part) -> Iterator[Claim]:
    """Normalise with as many groups as there are channels."""
    if part.x.ndim < 3:
        raise Unsuited("its input has no places to take a mean over")
    yield from claims(part, part.x.shape[1])
