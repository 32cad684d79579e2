"""LayerNorm: ``g (x - mean) / sqrt(var + eps) + b`` over the last axis, with the biased variance.

Source: Ba, Kiros and Hinton 2016, equations 3 and 4. Rows of three sizes read the epsilon.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._formulas import fitted
from workbench.laws._norms import EPSILONS, rows_of_sizes
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Fit scale and shift, and nothing else."""
    rows, values = rows_of_sizes(part)
    large = rows[: len(rows) // 3]
    inner = large - large.mean(1, keepdims=True)
    sure = inner / inner.std(1, keepdims=True)
    yield Claim(
        "rows have mean 0 and variance 1, up to scale and shift",
        values[: len(large)],
        fitted(sure, values[: len(large)], shift=True),
        within=1e-3,
    )
    inner = rows - rows.mean(1, keepdims=True)
    variance = rows.var(1, keepdims=True)
    wanted = [
        fitted(inner / np.sqrt(variance + eps), values, shift=True)
        for eps in part.among(EPSILONS, "eps", "epsilon", "norm_eps", "layer_norm_eps")
    ]
    yield Claim("divided by sqrt(variance + eps), with the biased variance", values, wanted)
