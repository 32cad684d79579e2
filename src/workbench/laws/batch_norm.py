"""BatchNorm: in training over the batch, in evaluation with the averages that training kept.

Source: Ioffe and Szegedy 2015, algorithms 1 and 2: the biased variance normalises, the unbiased one
is kept; averages move by the momentum, 0.1 where none is declared.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._norms import EPSILONS, by_channel, fitted_by_channel
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Normalise a batch, then evaluate with what one step of training kept."""
    x = part.another() * 2 + 1
    if x.shape[0] < 4:
        raise Unsuited("the batch is too small to normalise over")
    y = part(x, train=True)
    if y.shape != x.shape:
        raise Unsuited("its output has another shape than its input")
    over = tuple(axis for axis in range(x.ndim) if axis != 1)
    mean, variance = x.mean(over, keepdims=True), x.var(over, keepdims=True)
    epsilons = part.among(EPSILONS, "eps", "epsilon", "norm_eps")
    wanted = [fitted_by_channel((x - mean) / np.sqrt(variance + e), y, 1) for e in epsilons]
    yield Claim(
        "in training mean 0 and variance 1 over the batch, up to scale and shift",
        by_channel(y, 1),
        wanted,
        within=1e-4,
    )
    small = x * 1e-3
    part(x, train=True)
    later = part(small, keep=True)  # evaluation, with the averages of one step
    count = x.size // x.shape[1]

    def kept(momentum: float, eps: float) -> Array:
        average = momentum * mean
        spread = 1 - momentum + momentum * variance * count / (count - 1)
        scaled = (np.concatenate([small]) - average) / np.sqrt(spread + eps)
        both = np.concatenate([scaled, (x - mean) / np.sqrt(variance + eps)])
        return fitted_by_channel(both, np.concatenate([later, y]), 1)

    momenta = part.among((0.1,), "momentum", "bn_momentum")
    wanted = [kept(m, e) for m in momenta for e in epsilons]
    seen = by_channel(np.concatenate([later, y]), 1)
    yield Claim(
        "in evaluation the running mean and unbiased variance, moved by the momentum", seen, wanted
    )
