"""What dropout and stochastic depth share."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited

_SEEDS = 30


def dropped(part: Part, *, per_example: bool) -> Iterator[Claim]:
    """Claim identity in evaluation, survivors over 1 - p, and the declared share of zeros."""
    names = ("p", "dropout", "rate", "drop_prob", "drop_path", "dropout_rate")
    rate = part.option(*names)
    if per_example:  # the rate of a branch may grow from block to block
        rates = (part.built.get(name) for name in names)
        rate = next((own for own in rates if isinstance(own, int | float)), rate)
    if rate is None:
        raise Unsuited("no option says at which rate it drops")
    x = np.abs(part.x) + 1
    yield Claim("nothing happens in evaluation", part(x), x)
    runs = np.stack([part(x, train=True, seed=seed) for seed in range(_SEEDS)])
    alive = runs != 0
    if part.inside and per_example:
        rate = _own(runs, x, alive, rate)
    wanted = x / (1 - rate) if rate < 1 else np.zeros_like(x)
    yield Claim("what survives is divided by 1 - p", runs, np.where(alive, wanted, 0.0))
    flat = alive.reshape(_SEEDS, len(x), -1)
    if per_example:
        whole = np.broadcast_to(flat[..., :1], flat.shape)
        yield Claim("an example falls as a whole", flat, whole)
        flat = flat[..., :1]
    # Six standard deviations of a binomial share: one false alarm in 500 million.
    share = 1 - flat.mean()
    bound = 6 * math.sqrt(max(rate * (1 - rate), 1e-12) / flat.size)
    yield Claim(f"a share of {rate} is dropped", share, rate, within=bound)
    if 0 < rate < 1 and flat.size > 200:
        agree = (flat[0::2] == flat[1::2]).mean()
        chance = rate**2 + (1 - rate) ** 2
        bound = 6 * math.sqrt(chance * (1 - chance) / (flat.size // 2))
        yield Claim("another call drops others", agree, chance, within=bound)
    for axis, words in ((1, "examples fall"), (2, "elements of an example fall")):
        if flat.shape[axis] < 4 or not 0 < rate < 1:
            continue
        # Independent ones: the share that survives varies by p (1 - p) / n from call to call.
        shares = flat.mean(axis)
        ratio = shares.var() / (rate * (1 - rate) / flat.shape[axis])
        calm = abs(ratio - 1) <= 6 * math.sqrt(2 / shares.size)
        yield Claim(f"{words} independently of each other", float(calm), 1.0)


def _own(runs: Array, x: Array, alive: Array, declared: float) -> float:
    """Read the rate of one layer off what survives: rates may rise with depth to the declared."""
    if not alive.any():
        return declared
    factor = float((runs / x)[alive].flat[0])
    own = 1 - 1 / factor if factor > 0 else declared
    return own if -1e-6 <= own <= declared else declared
