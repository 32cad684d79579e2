"""What the laws of norms share."""

from __future__ import annotations

import numpy as np

from workbench.laws._formulas import fitted
from workbench.laws._part import Array, Part, Unsuited

EPSILONS = (1e-5, 1e-6, 1e-8, 1e-12, 1e-3)


def rows_of_sizes(part: Part) -> tuple[Array, Array]:
    """Call it with rows of ordinary size, then of a hundredth, then of a thousandth.

    A formula with another epsilon agrees on the first and not on the last; scale and shift are
    fitted to all of them at once, so they cannot make up for it.

    Returns:
        Inputs and outputs, ``(3 * rows, features)``.
    """
    ins, outs = [], []
    for size in (1.0, 1e-2, 1e-3):
        x = part.another() * size
        y = part(x)
        if y.shape != x.shape:
            raise Unsuited("its output has another shape than its input")
        ins.append(x.reshape(-1, x.shape[-1]))
        outs.append(y.reshape(-1, y.shape[-1]))
    return np.concatenate(ins), np.concatenate(outs)


def by_channel(values: Array, channel: int) -> Array:
    """Return ``(everything else, channels)``."""
    return np.moveaxis(values, channel, -1).reshape(-1, values.shape[channel])


def fitted_by_channel(basis: Array, values: Array, channel: int) -> Array:
    """Fit a scale and a shift for each channel; return the nearest ``(rows, channels)``."""
    return fitted(by_channel(basis, channel), by_channel(values, channel), shift=True)


def grouped(x: Array, groups: int) -> tuple[Array, Array]:
    """Return ``x`` less its mean, and its variance, within each example's groups of channels."""
    if x.ndim < 2 or x.shape[1] % groups:
        raise Unsuited(f"{x.shape} has no axis of channels that {groups} groups divide")
    cut = x.reshape(x.shape[0], groups, -1)  # (batch, groups, the rest)
    inner = (cut - cut.mean(-1, keepdims=True)).reshape(x.shape)
    variance = np.broadcast_to(cut.var(-1, keepdims=True), cut.shape).reshape(x.shape)
    return inner, variance
