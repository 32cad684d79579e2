"""The functions of reference equations, over numpy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.checks._inputs import Array
from workbench.checks._layers_of_equations import LAYERS, heads_of, joined
from workbench.laws import convolved, erf, gelu, silu, spread_out

_LONGEST_AXIS = 4000


def _logsumexp(x: Array, axis: int = -1) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(x - top), axis=axis))


def _log_softmax(x: Array, axis: int = -1) -> Array:
    return x - np.expand_dims(_logsumexp(x, axis), axis)


def _softmax(x: Array, axis: int = -1) -> Array:
    return np.exp(_log_softmax(x, axis))


def _gather(x: Array, index: Array, axis: int = -1) -> Array:
    """Pick along an axis; an index that is not legal picks zero, as an ignored target does."""
    legal = (index >= 0) & (index < x.shape[axis])
    at = np.expand_dims(np.where(legal, index, 0), axis)
    return np.where(legal, np.squeeze(np.take_along_axis(x, at, axis), axis), 0.0)


def _counted(count: int) -> int:
    if not 0 <= count <= _LONGEST_AXIS:
        raise ValueError(f"an axis of {count} is too long")
    return int(count)


def _one_hot(index: Array, count: int) -> Array:
    return (np.asarray(index)[..., None] == np.arange(_counted(count))).astype(np.float64)


def _reduce(x: Array, reduction: str, weights: Any = None) -> Array:
    if reduction == "none":
        return x
    if reduction == "sum":
        return np.sum(x)
    if reduction != "mean":
        raise ValueError(f"the reduction {reduction!r} is none of mean, sum, none")
    count = np.size(x) if weights is None else np.sum(np.broadcast_to(weights, np.shape(x)))
    return np.asarray(np.sum(x) / count)


def _over_all(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(x: Any, axis: int | None = None) -> Any:
        return function(x, axis=axis)

    return reduced


def _softplus(x: Any) -> Any:
    return np.logaddexp(0.0, x)


def _size(x: Any, axis: int) -> int:
    return int(np.shape(x)[axis])


def _linear(x: Array, weight: Array, bias: Any = 0.0) -> Array:
    return x @ np.swapaxes(weight, -1, -2) + bias


def _each(value: Any, dims: int) -> tuple[int, ...]:
    """Return one whole number for each dimension."""
    flat = np.atleast_1d(value).astype(int).tolist()
    return tuple(flat * dims if len(flat) == 1 else flat)


def _along_channels(values: Any, dims: int) -> Any:
    """Lay one number for each channel along the second axis."""
    flat = np.asarray(values)
    return flat.reshape(1, -1, *[1] * dims) if flat.ndim == 1 else flat


def _conv(
    x: Array,
    weight: Array,
    bias: Any = 0.0,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Array:
    dims = weight.ndim - 2
    if dims < 1 or x.ndim != weight.ndim or x.shape[1] != weight.shape[1] * groups:
        raise ValueError(f"a kernel {weight.shape} does not fit an input {x.shape}")
    spread = {"stride": stride, "padding": padding, "dilation": dilation}
    settings = {name: _each(value, dims) for name, value in spread.items()}
    return convolved(x, weight, groups=groups, **settings) + _along_channels(bias, dims)


def _transposed_conv(
    x: Array,
    weight: Array,
    bias: Any = 0.0,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
) -> Array:
    dims = weight.ndim - 2
    if dims < 1 or x.ndim != weight.ndim or x.shape[1] != weight.shape[0]:
        raise ValueError(f"a kernel {weight.shape} does not fit an input {x.shape}")
    steps, edges, more = (_each(each, dims) for each in (stride, padding, output_padding))
    size = [
        (n - 1) * s - 2 * p + k + m
        for n, s, p, k, m in zip(x.shape[2:], steps, edges, weight.shape[2:], more, strict=True)
    ]
    laid = spread_out(x, weight, stride=steps, padding=edges, size=size)
    return laid + _along_channels(bias, dims)


def _pooled(summary: Callable[..., Array], outside: float) -> Callable[..., Array]:
    def pooled(x: Array, size: Any, stride: Any = None, padding: Any = 0) -> Array:
        dims = x.ndim - 2
        window, edges = _each(size, dims), _each(padding, dims)
        steps = window if stride is None else _each(stride, dims)
        wide = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in edges)], constant_values=outside)
        axes = tuple(range(2, 2 + dims))
        windows = np.lib.stride_tricks.sliding_window_view(wide, window, axis=axes)
        kept = windows[(slice(None), slice(None), *(slice(None, None, s) for s in steps))]
        return summary(kept, axis=tuple(range(-dims, 0)))

    return pooled


def _layer_norm(x: Array, weight: Any = 1.0, bias: Any = 0.0, eps: float = 1e-5) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * weight + bias


def _rms_norm(x: Array, weight: Any = 1.0, eps: float = 1e-6) -> Array:
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * weight


def _group_norm(
    x: Array, groups: int, weight: Any = 1.0, bias: Any = 0.0, eps: float = 1e-5
) -> Array:
    rows = x.reshape(x.shape[0], groups, -1)
    flat = _layer_norm(rows, eps=eps).reshape(x.shape)
    dims = x.ndim - 2
    return flat * _along_channels(weight, dims) + _along_channels(bias, dims)


def _batch_norm(
    x: Array, mean: Array, variance: Array, weight: Any = 1.0, bias: Any = 0.0, eps: float = 1e-5
) -> Array:
    each = [_along_channels(part, x.ndim - 2) for part in (mean, variance, weight, bias)]
    return (x - each[0]) / np.sqrt(each[1] + eps) * each[2] + each[3]


def _attention(
    query: Array,
    key: Array,
    value: Array,
    heads: int = 1,
    mask: Any = None,
    causal: bool = False,
    scale: Any = None,
) -> Array:
    width = query.shape[-1] // heads
    # (batch, heads, time, width); fewer heads of keys and values serve several queries each
    few = key.shape[-1] // width
    parts = [heads_of(query, heads), heads_of(key, few), heads_of(value, few)]
    parts[1:] = [np.repeat(each, heads // few, axis=-3) for each in parts[1:]]
    scores = parts[0] @ np.swapaxes(parts[1], -1, -2)
    scores = scores * (width**-0.5 if scale is None else scale)
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    if mask is not None:
        known = np.asarray(mask)
        scores = np.where(known, scores, -np.inf) if known.dtype == bool else scores + known
    return joined(_softmax(scores) @ parts[2])


def _patches(x: Array, size: int) -> Array:
    batch, channels, height, width = x.shape
    cut = x.reshape(batch, channels, height // size, size, width // size, size)
    return cut.transpose(0, 2, 4, 1, 3, 5).reshape(batch, -1, channels * size * size)


def _upsample(x: Array, factor: int) -> Array:
    for axis in range(2, x.ndim):
        x = np.repeat(x, factor, axis=axis)
    return x


def _pad(x: Array, before: int, after: int, axis: int = -1) -> Array:
    widths = [(0, 0)] * x.ndim
    widths[axis] = (_counted(before), _counted(after))
    return np.pad(x, widths)


def _chunk(x: Array, count: int, index: int, axis: int = -1) -> Array:
    return np.split(x, count, axis=axis)[index]


def _filled(number: float) -> Callable[..., Array]:
    def filled(*shape: int) -> Array:
        return np.full([_counted(extent) for extent in shape], number)

    return filled


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "sign": np.sign,
    "tanh": np.tanh,
    "sigmoid": lambda x: np.exp(-_softplus(-np.asarray(x, np.float64))),
    "log_sigmoid": lambda x: -_softplus(-np.asarray(x, np.float64)),
    "softplus": _softplus,
    "relu": lambda x: np.maximum(x, 0.0),
    "gelu": gelu,
    "silu": silu,
    "sin": np.sin,
    "cos": np.cos,
    "linear": _linear,
    "conv": _conv,
    "transposed_conv": _transposed_conv,
    "max_pool": _pooled(np.max, -np.inf),
    "mean_pool": _pooled(np.mean, 0.0),
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "batch_norm": _batch_norm,
    "attention": _attention,
    "patches": _patches,
    "upsample": _upsample,
    "reshape": lambda x, *shape: np.reshape(x, shape),
    "permute": lambda x, *axes: np.transpose(x, axes),
    "concat": lambda *parts, axis=-1: np.concatenate(parts, axis=axis),
    "stack": lambda *parts, axis=-1: np.stack(parts, axis=axis),
    "chunk": _chunk,
    "flip": lambda x, axis=-1: np.flip(x, axis=axis),
    "pad": _pad,
    "zeros": _filled(0.0),
    "ones": _filled(1.0),
    "erf": erf,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "gather": _gather,
    "one_hot": _one_hot,
    "where": np.where,
    "clip": np.clip,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "sum": _over_all(np.sum),
    "mean": _over_all(np.mean),
    "min": _over_all(np.min),
    "max": _over_all(np.max),
    "any": _over_all(np.any),
    "all": _over_all(np.all),
    "argmax": lambda x, axis=-1: np.argmax(x, axis=axis),
    "argsort": lambda x, axis=-1: np.argsort(x, axis=axis, kind="stable"),
    "sort": lambda x, axis=-1: np.sort(x, axis=axis),
    "cumsum": lambda x, axis=-1: np.cumsum(x, axis=axis),
    "norm": lambda x, axis=-1: np.sqrt(np.sum(np.square(x), axis=axis)),
    "transpose": lambda x: np.swapaxes(x, -1, -2),
    "diagonal": lambda x: np.diagonal(x, axis1=-2, axis2=-1),
    "eye": lambda count: np.eye(_counted(count)),
    "arange": lambda count: np.arange(_counted(count)),
    "size": _size,
    "reduce": _reduce,
    **LAYERS,
}
