"""T5's relative bias: a learned number per head for each bucket of distances, exact near,
logarithmic far.

Source: Raffel et al. 2020, section 2.1 and its published code: half of the buckets are exact, the
others grow logarithmically up to ``max_distance`` (128); both directions share the buckets unless
it is causal.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._biases import bias_of
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Look the buckets up in the table."""
    bias = bias_of(part)  # (heads, queries, keys)
    tables = [v for v in part.parameters.values() if v.ndim == 2 and len(bias) in v.shape]
    if not tables:
        raise Unsuited("it has no table with a column for each head")
    furthest = int(part.option("max_distance", default=128))
    distance = np.arange(bias.shape[2])[None, :] - np.arange(bias.shape[1])[:, None]
    both = part.option("bidirectional")
    ways = (True, False) if both is None else (bool(both),)
    wanted = []
    for table in tables:
        for rows in [t for t in (table, table.T) if t.shape[1] == len(bias)]:
            wanted += [
                np.moveaxis(rows[bucket(distance, len(rows), furthest, way)], -1, 0) for way in ways
            ]
    yield Claim("the number of the distance's bucket", bias, wanted)


def bucket(distance: Array, buckets: int, furthest: int, both: bool) -> Array:
    """Return the bucket of key place minus query place."""
    start = np.zeros_like(distance)
    if both:
        buckets //= 2
        start = (distance > 0) * buckets
        away = np.abs(distance)
    else:
        away = np.maximum(-distance, 0)
    exact = buckets // 2
    ratio = np.log(np.maximum(away, 1) / exact) / np.log(furthest / exact)
    far = np.minimum(exact + (ratio * (buckets - exact)).astype(int), buckets - 1)
    return start + np.where(away < exact, away, far)
