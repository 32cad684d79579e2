"""Formulas that several laws compare with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.laws._part import Array, Unsuited

erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    return np.exp(-np.logaddexp(0, -x))


def silu(x: Array) -> Array:
    """Elfwing et al. 2018."""
    return x * sigmoid(x)


def gelu(x: Array) -> Array:
    """Hendrycks and Gimpel 2016, the exact form."""
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def gelu_tanh(x: Array) -> Array:
    """Hendrycks and Gimpel 2016, the approximation."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def softmax(x: Array, axis: int = -1) -> Array:
    """Positive and summing to one over an axis."""
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


def fitted(basis: Array, y: Array, *, shift: bool) -> Array:
    """Return the nearest ``scale * basis (+ shift)``, with a scale and a shift per column.

    Args:
        basis: ``(rows, features)``.
        y: The same shape.
        shift: Whether a shift is allowed.
    """
    if len(basis) < 4:
        raise Unsuited(f"{len(basis)} rows are too few to tell a scale from a formula")
    columns = []
    for one, other in zip(basis.T, y.T, strict=True):
        terms = np.stack([one, np.ones_like(one)][: 1 + shift], axis=1)
        weights, *_ = np.linalg.lstsq(terms, other, rcond=None)
        columns.append(terms @ weights)
    return np.stack(columns, axis=1)


def convolved(
    x: Array,
    weight: Array,
    *,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Array:
    """Correlate ``x (batch, in, *places)`` with ``weight (out, in / groups, *kernel)``."""
    dims = weight.ndim - 2
    padded = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)])
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:], strict=True)]
    if any(size < span for size, span in zip(padded.shape[2:], spans, strict=True)):
        raise Unsuited("the kernel is larger than the input")
    axes = tuple(range(2, 2 + dims))
    windows = np.lib.stride_tricks.sliding_window_view(padded, spans, axis=axes)
    steps = (slice(None, None, s) for s in stride)
    inner = (slice(None, None, d) for d in dilation)
    windows = windows[(slice(None), slice(None), *steps, *inner)]  # (batch, in, *places, *kernel)
    parts = np.split(windows, groups, axis=1)
    kernels = np.split(weight, groups, axis=0)
    over = [1, *range(2 + dims, 2 + 2 * dims)]
    outs = [
        np.tensordot(part, kernel, axes=(over, list(range(1, 2 + dims))))
        for part, kernel in zip(parts, kernels, strict=True)
    ]
    return np.moveaxis(np.concatenate(outs, axis=-1), -1, 1)


def spread_out(
    x: Array, weight: Array, *, stride: Sequence[int], padding: Sequence[int], size: Sequence[int]
) -> Array:
    """The adjoint of a convolution: ``weight (in, out, *kernel)`` is laid down at each place."""
    kernel, places = weight.shape[2:], x.shape[2:]
    full = [
        max((n - 1) * s + k, p + z)
        for n, s, k, p, z in zip(places, stride, kernel, padding, size, strict=True)
    ]
    out = np.zeros((x.shape[0], weight.shape[1], *full), x.dtype)
    for place in np.ndindex(*places):
        at = tuple(slice(i * s, i * s + k) for i, s, k in zip(place, stride, kernel, strict=True))
        where: Any = (slice(None), slice(None), *at)
        out[where] += np.tensordot(x.T[place[::-1]].T, weight, axes=(1, 0))
    cut = tuple(slice(p, p + z) for p, z in zip(padding, size, strict=True))
    return out[:, :, *cut]


def many(value: object, dims: int) -> tuple[int, ...]:
    """Return one number for each dimension."""
    items: list[Any] = list(value) if isinstance(value, list | tuple) else [value] * dims
    return tuple(int(item) for item in items)
