"""What the laws of convolutions share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._formulas import convolved, many
from workbench.laws._part import Array, Claim, Part, Unsuited


def weight_of(part: Part, dims: int) -> Array:
    """Return the only kernel over so many dimensions."""
    kernels = [v for v in part.parameters.values() if v.ndim == dims + 2]
    if len(kernels) != 1 or part.x.ndim != dims + 2:
        raise Unsuited(f"it has {len(kernels)} kernels over {dims} dimensions")
    return kernels[0]


def bias_of(part: Part, channels: int, dims: int) -> Array:
    """Return the only bias, or zeros, in the shape of an output."""
    vectors = [v for v in part.parameters.values() if v.shape == (channels,)]
    bias = vectors[0] if vectors else np.zeros(channels)
    return bias.reshape(1, -1, *([1] * dims))


def straight(part: Part) -> Iterator[Claim]:
    """Claim superposition."""
    x, other = part.x, part.another()
    both = part(x + other) + part(np.zeros_like(x))
    yield Claim("f(u) + f(v) = f(u + v) + f(0)", part(x) + part(other), both)


def convolution(part: Part, dims: int, *, depthwise: bool = False) -> Iterator[Claim]:
    """Claim that it is the convolution with its own kernel, as the options declare it."""
    weight = weight_of(part, dims)
    channels = part.x.shape[1]
    groups = channels if depthwise else int(part.option("groups", "num_groups", default=1))
    if channels != weight.shape[1] * groups:
        raise Unsuited(
            f"a kernel {weight.shape} does not fit {channels} channels in {groups} groups"
        )
    yield from straight(part)
    size = part.option("kernel_size", "kernel")
    if size is not None:
        yield Claim("the kernel has the declared size", weight.shape[2:], many(size, dims))
    x, y = part.x, part()
    seen = max(1, round(x.shape[2] / max(y.shape[2], 1)))
    # Where no stride is declared, as in a network of many, the one that the sizes show is right.
    stride = many(part.option("stride", default=seen), dims)
    dilation = many(part.option("dilation", default=1), dims)
    causal = bool(part.option("causal", default=False))
    wanted = []
    for padding in _paddings(part, weight, dilation, causal=causal):
        try:
            out = convolved(
                x, weight, stride=stride, padding=padding, dilation=dilation, groups=groups
            )
        except Unsuited:
            continue
        out = out[..., : x.shape[-1]] if causal else out
        wanted.append(out + bias_of(part, out.shape[1], dims))
    says = f"the correlation with its kernel, stride {stride}, dilation {dilation}, {groups} groups"
    yield Claim(says, y, wanted or np.full_like(y, np.nan))


def _paddings(
    part: Part, weight: Array, dilation: tuple[int, ...], *, causal: bool
) -> list[tuple[int, ...]]:
    """Return the declared padding, or as much as keeps the size and none."""
    dims = weight.ndim - 2
    full = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
    declared = part.option("padding")
    if causal:
        return [tuple(full)]
    if isinstance(declared, int | list):
        return [many(declared, dims)]
    return [tuple(f // 2 for f in full), (0,) * dims]
