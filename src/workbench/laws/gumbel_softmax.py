"""Gumbel softmax: ``softmax((logits + g) / tau)`` with g = -log(-log(u)).

Source: Jang, Gu and Poole 2017, equation 2; Maddison, Mnih and Teh 2017. The most likely class of a
sample follows the softmax of the logits, at any temperature; hard samples are one-hot with the soft
gradient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from workbench.laws._formulas import softmax
from workbench.laws._part import Claim, Part

_SEEDS = 60


def law(part: Part) -> Iterator[Claim]:
    """Still the noise, then count classes."""
    logits = part.x
    tau = float(part.option("tau", "temperature", default=1.0))
    hard = bool(part.option("hard", default=False))
    stilled = part(train=True, noise=0.4)
    yield Claim("rows add up to one", stilled.sum(-1), np.ones(stilled.shape[:-1]), within=1e-5)
    if not hard:
        wanted = softmax(logits / tau)
        yield Claim("softmax(logits / tau) where all noise is alike", stilled, wanted, within=1e-5)
    row = logits.reshape(-1, logits.shape[-1])[:1]
    same = np.broadcast_to(row.reshape(*[1] * (logits.ndim - 1), -1), logits.shape).copy()
    runs = np.stack([part(same, train=True, seed=seed) for seed in range(_SEEDS)])
    winners = np.eye(logits.shape[-1])[runs.reshape(-1, logits.shape[-1]).argmax(-1)]
    share, chance = winners.mean(0), softmax(row)[0]
    spread = 6 * math.sqrt(0.25 / len(winners))
    yield Claim("classes win as often as their softmax says", share, chance, within=spread)
    if hard:
        yield Claim("hard samples are one-hot", runs.max(-1), np.ones(runs.shape[:-1]), within=1e-5)
        passed = part.call(same, train=True, cotangent=part.another()).gradients[part.main]
        yield Claim("a hard sample has a gradient", float(np.abs(passed).max() > 1e-9), 1.0)
