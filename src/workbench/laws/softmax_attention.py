"""Attention: ``softmax(q k^T / sqrt(d)) v`` for each head, every query over all keys.

Source: Vaswani et al. 2017, equation 1 and section 3.2.2. Queries, keys and values are inputs, or
are projected from one sequence; fused and separate projections are recognised by their shapes.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._heads import attended, softmax_attention
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation."""
    wanted = attended(part, softmax_attention())
    yield Claim("softmax(q k^T / sqrt(d)) v over all keys", part(), wanted)
