"""GroupNorm: mean and biased variance over a group of channels and all places of one example.

Source: Wu and He 2018, equation 7, with a scale and a shift for each channel. Small inputs read the
epsilon.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._norms import EPSILONS, by_channel, fitted_by_channel, grouped
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Normalise by the declared number of groups."""
    groups = part.option("num_groups", "groups", "norm_groups")
    if groups is None:
        raise Unsuited("no option num_groups says how many groups there are")
    yield from claims(part, int(groups))


def claims(part: Part, groups: int) -> Iterator[Claim]:
    """Fit scale and shift for each channel, over inputs of two sizes."""
    x = np.concatenate([part.another(), 1e-3 * part.another()])
    half = len(x) // 2
    y = np.concatenate([part(x[:half]), part(x[half:])])
    if y.shape != x.shape:
        raise Unsuited("its output has another shape than its input")
    inner, variance = grouped(x, groups)

    def wanted(eps: float, upto: int) -> Array:
        scaled = inner[:upto] / np.sqrt(variance[:upto] + eps)
        return fitted_by_channel(scaled, y[:upto], 1)

    yield Claim(
        f"mean 0 and variance 1 in each of {groups} groups of each example",
        by_channel(y[:half], 1),
        wanted(1e-5, half),
        within=1e-3,
    )
    usual = part.among(EPSILONS, "eps", "epsilon", "norm_eps")
    yield Claim(
        "divided by sqrt(variance + eps)", by_channel(y, 1), [wanted(e, len(x)) for e in usual]
    )
