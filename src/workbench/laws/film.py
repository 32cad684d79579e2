"""FiLM: each feature of x is scaled and shifted by numbers that depend on the condition alone.

Source: Perez et al. 2018, equation 2: ``gamma(c) * x + beta(c)``, the same at all places; a gain
that is stored as ``1 + gamma`` is the same law.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._maps import maps
from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Read scale and shift off, at every place."""
    given = [name for name, values in part.inputs.items() if values.dtype.kind == "f"]
    if len(given) < 2 or part().shape != part.x.shape:
        raise Unsuited("it has no condition beside x, or another shape than x")
    x = part.x
    shift = part(np.zeros_like(x))
    gain = part(np.ones_like(x)) - shift
    yield Claim("a straight line in each element of x", part(), gain * x + shift)
    channel = 1 if x.ndim > 3 else x.ndim - 1
    flat = [np.moveaxis(v, channel, 1).reshape(len(x), x.shape[channel], -1) for v in (gain, shift)]
    for words, values in zip(("scale", "shift"), flat, strict=True):
        yield Claim(
            f"the same {words} at all places",
            values,
            np.broadcast_to(values[..., :1], values.shape),
        )
    condition = part.inputs[given[1]]
    wanted: list[Array] = []
    for found in maps(part):
        parts = found[0].split(2) if len(found) == 1 and found[0].shape[1] % 2 == 0 else found
        if len(parts) == 2 and all(each.shape[0] == condition.shape[-1] for each in parts):
            made = [each(condition) for each in parts]
            for gamma, beta in (made, made[::-1]):
                wanted += [np.stack([gamma, beta], -1), np.stack([1 + gamma, beta], -1)]
    if wanted and flat[0].shape[:2] == wanted[0].shape[:2]:
        seen = np.stack([flat[0][..., 0], flat[1][..., 0]], -1)
        yield Claim("scale and shift are maps of the condition", seen, wanted)
