"""RMSNorm: ``g x / sqrt(mean(x^2) + eps)`` over the last axis; no mean is taken off.

Source: Zhang and Sennrich 2019, equation 4. Rows of three sizes read the epsilon; a gain that is
stored as ``1 + g`` is the same law.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._formulas import fitted
from workbench.laws._norms import EPSILONS, rows_of_sizes
from workbench.laws._part import Array, Claim, Part, Unsuited

_MACHINE = (float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps))  # as torch has it


def _started(part: Part) -> tuple[Array, list[Array]]:
    """Return the born output for one row beside what it may be, whatever the gain is called."""
    x = part.x
    sure = x / np.sqrt((x**2).mean(-1, keepdims=True))
    gains = [v for v in part.born.values() if v.ndim == 1 and len(v) == x.shape[-1]]
    return part(born=True), [sure, 0 * sure, *(sure * gain for gain in gains if np.ptp(gain) > 0)]


def _read(rows: Array, values: Array) -> float:
    """Find the one epsilon with which rows of all three sizes agree best."""
    square = (rows**2).mean(1, keepdims=True)

    def misfit(power: float) -> float:
        basis = rows / np.sqrt(square + 10.0**power)
        gain = (basis * values).sum(0) / (basis**2).sum(0)
        return float(((gain * basis - values) ** 2).sum())

    best, reach = -7.5, 5.5
    for _ in range(3):
        best = min(np.linspace(best - reach, best + reach, 221), key=misfit)
        reach /= 100
    return float(10.0**best)


def law(part: Part) -> Iterator[Claim]:
    """Fit a gain, and nothing else."""
    if any(values.ndim > 1 for values in part.parameters.values()):
        raise Unsuited("it has a matrix, and a gain is a vector")
    rows, values = rows_of_sizes(part)
    large = rows[: len(rows) // 3]
    sure = large / np.sqrt((large**2).mean(1, keepdims=True))
    yield Claim(
        "rows have mean square 1, up to a gain",
        values[: len(large)],
        fitted(sure, values[: len(large)], shift=False),
        within=1e-3,
    )
    yield Claim("the gain starts at one, or at zero", *_started(part), within=1e-3)
    square = (rows**2).mean(1, keepdims=True)
    usual = (*EPSILONS, *_MACHINE, _read(rows, values))
    wanted = [
        fitted(rows / np.sqrt(square + eps), values, shift=False)
        for eps in part.among(usual, "eps", "epsilon", "norm_eps", "rms_norm_eps")
    ]
    yield Claim("divided by sqrt(mean square + eps)", values, wanted)
