"""Dropout: in training each element is zero with probability p, else divided by 1 - p.

Source: Srivastava et al. 2014, section 10 (inverted). Elements fall independently, each call
anew; in evaluation nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._drops import dropped
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Look at which elements survive, and as what."""
    yield from dropped(part, per_example=False)
