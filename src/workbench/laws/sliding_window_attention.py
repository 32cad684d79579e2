"""Sliding-window attention: a query sees only keys that are near.

Source: Beltagy, Peters and Cohan 2020, section 3.1; Jiang et al. 2023 (Mistral), section 2. Causal:
the last ``window`` keys, the query's own among them. Both ways: ``window // 2`` or ``window`` to
each side.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._heads import attended, softmax_attention
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation under each legal window."""
    window = part.option("window", "window_size", "attention_window", "sliding_window")
    if window is None:
        raise Unsuited("no option window says how far a query sees")

    def near(before: int, after: int) -> list[Array]:
        def visible(queries: int, keys: int) -> Array:
            distance = np.arange(queries)[:, None] - np.arange(keys)[None, :]
            return (distance <= before) & (-distance <= after)

        return attended(part, softmax_attention(visible))

    causal, both = part.option("causal"), [*near(window // 2, window // 2), *near(window, window)]
    wanted = (
        near(window - 1, 0)
        if causal
        else both
        if causal is False
        else [*near(window - 1, 0), *both]
    )
    yield Claim(f"softmax(q k^T / sqrt(d)) v over a window of {window} keys", part(), wanted)
