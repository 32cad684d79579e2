"""GEGLU: ``gelu(x W) * (x V), then a map``; which half or map is the gate is free.

Source: Shazeer 2020, equation 6. The maps are recognised by their shapes, fused or apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._formulas import gelu, gelu_tanh
from workbench.laws._gates import gated
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation."""
    yield from gated(part, [gelu, gelu_tanh], "gelu(x W) * (x V), then a map")
