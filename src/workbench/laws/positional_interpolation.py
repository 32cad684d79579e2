"""Position interpolation: a rotation in which place m stands where ``m / factor`` stood.

Source: Chen et al. 2023, equation 4. Longer inputs stay within the angles that were trained.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._part import Claim, Part, Unsuited
from workbench.laws.rotary_embedding import rotation


def law(part: Part) -> Iterator[Claim]:
    """Compare with a rotation by interpolated places."""
    factor = part.option("factor", "scale", "scaling_factor", "scale_factor")
    if factor is None:
        raise Unsuited("no option factor says how far places are drawn together")
    yield from rotation(part, float(factor))
