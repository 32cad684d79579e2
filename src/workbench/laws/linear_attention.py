"""Linear attention: ``phi(q) (phi(k)^T v) / (phi(q) sum phi(k))`` with ``phi = elu + 1``.

Source: Katharopoulos et al. 2020, equations 5 and 7; where the option causal says so, sums run up
to the query.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._heads import attended
from workbench.laws._part import Array, Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the equation."""
    causal = bool(part.option("causal", default=False))

    def attend(query: Array, key: Array, value: Array) -> Array:
        weights = _phi(query) @ np.swapaxes(_phi(key), -1, -2)
        weights = weights * np.tri(*weights.shape[-2:]) if causal else weights
        return weights @ value / weights.sum(-1, keepdims=True)

    yield Claim(
        "phi(q) phi(k)^T v, divided by its own sum", part(), attended(part, attend), within=1e-5
    )


def _phi(x: Array) -> Array:
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))
