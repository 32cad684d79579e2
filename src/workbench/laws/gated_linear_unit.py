"""GLU: ``a * sigmoid(b) of the two halves``; which half or map is the gate is free.

Source: Dauphin et al. 2017, equation 1. The maps are recognised by their shapes, fused or apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._formulas import sigmoid
from workbench.laws._gates import gated
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation."""
    yield from gated(part, [sigmoid], "a * sigmoid(b) of the two halves")
