"""Grouped-query attention: query head i reads key and value head ``i // (heads / groups)``.

Source: Ainslie et al. 2023, section 2.2. One group is multi-query attention (Shazeer 2019).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._heads import attended, softmax_attention
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation, keys and values repeated head by head."""
    masks = [None, lambda queries, keys: np.tri(queries, keys) > 0]
    causal = part.option("causal")
    chosen = masks if causal is None else [masks[bool(causal)]]
    wanted = [
        each for mask in chosen for each in attended(part, softmax_attention(mask), groups=True)
    ]
    yield Claim("each group of query heads reads its own key and value head", part(), wanted)
