"""Causal attention: softmax attention in which a query sees itself and what came before.

Source: Vaswani et al. 2017, section 3.2.3.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._heads import attended, softmax_attention
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation below the diagonal."""
    wanted = attended(part, softmax_attention(lambda queries, keys: np.tri(queries, keys) > 0))
    yield Claim("softmax(q k^T / sqrt(d)) v over the keys up to the query's own", part(), wanted)
