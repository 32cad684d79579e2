"""Windows that slide over the places of an image or a sequence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.laws._formulas import many
from workbench.laws._part import Array, Part, Unsuited


def pooled(
    part: Part, x: Array, reduce: Callable[[Array, tuple[int, ...]], Array], outside: float
) -> Array:
    """Reduce each window of ``x (batch, channels, *places)`` as the options declare it.

    Args:
        part: Whose options say kernel, stride (the kernel, where it is not declared) and padding.
        x: The input.
        reduce: Takes windows and the axes of a window.
        outside: What padding counts as.
    """
    dims = x.ndim - 2
    kernel = part.option("kernel_size", "kernel", "pool_size", "window")
    if kernel is None or dims < 1:
        raise Unsuited("no option kernel_size says how large a window is")
    sizes = many(kernel, dims)
    stride = many(part.option("stride", default=kernel), dims)
    padding = many(part.option("padding", default=0), dims)
    padded = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)], constant_values=outside)
    axes = tuple(range(2, 2 + dims))
    if any(size > n for size, n in zip(sizes, padded.shape[2:], strict=True)):
        raise Unsuited("a window is larger than the input")
    windows = np.lib.stride_tricks.sliding_window_view(padded, sizes, axis=axes)
    steps = tuple(slice(None, None, s) for s in stride)
    windows = windows[(slice(None), slice(None), *steps)]
    return reduce(windows, tuple(range(2 + dims, 2 + 2 * dims)))
