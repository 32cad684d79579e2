"""Weights that hide nothing.

A fresh module is often a poor witness: small initial weights make leaks smaller than rounding,
zero-initialised branches block gradients, equal scales hide a missing one. So the host draws its
own weights, of ordinary size, for everything that is learned.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.checks._inputs import Array, Arrays

_SPREAD = 0.3


def spread(
    state: Mapping[str, Array], learned: Sequence[str], seed: int, *, mixed: bool = False
) -> Arrays:
    """Draw weights of ordinary size.

    Args:
        state: The parameters and buffers as the module was built.
        learned: The names of those to draw; all others stay as they are.
        seed: For the draw.
        mixed: Whether offsets change places: a unit that its first offset closes is then open once.

    Returns:
        Values for every parameter and buffer.
    """
    drawn = {name: _draw(name, state[name], seed, mixed) for name in learned}
    return {**state, **drawn}


def _draw(name: str, born: Array, seed: int, mixed: bool) -> Array:
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    noise = rng.standard_normal(born.shape)
    constant = born.size > 0 and bool(np.all(born == born.flat[0]))
    if born.ndim >= 2 and not (constant and born.flat[0] != 0):
        inputs: Any = int(np.prod(born.shape[1:]))  # as many as are summed up in one output
        value = noise / np.sqrt(max(inputs, 1))
    elif constant:
        value = born.flat[0] + _SPREAD * noise
    else:
        offset = rng.permutation(born) if mixed and born.ndim == 1 else born
        value = offset + _SPREAD * max(float(born.std()) if born.size else 0.0, 0.1) * noise
    return value.astype(born.dtype)
