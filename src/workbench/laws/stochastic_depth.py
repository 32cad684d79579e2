"""Stochastic depth: in training a whole example is zero with probability p, else divided by 1 - p.

Source: Huang et al. 2016, equation 5, in the inverted form of DropPath (Larsson et al. 2017).
Examples fall independently of each other.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._drops import dropped
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Look at which examples survive, and as what."""
    yield from dropped(part, per_example=True)
