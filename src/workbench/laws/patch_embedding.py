"""A patch embedding: each patch, row by row, goes through the same map on its own.

Source: Dosovitskiy et al. 2021, equation 1. It is a convolution whose stride is its kernel.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Change one patch at a time, and compare with the map."""
    x, y = part.x, part()
    size = part.option("patch_size", "patch")
    if size is None or x.ndim != 4 or y.ndim != 3:
        raise Unsuited("no option patch_size, or it does not turn an image into a sequence")
    rows, columns = x.shape[2] // size, x.shape[3] // size
    yield Claim("a token for each patch", y.shape[1], rows * columns)
    for row, column in ((0, columns - 1), (rows - 1, 0)):
        changed = x.copy()
        changed[:, :, row * size : (row + 1) * size, column * size : (column + 1) * size] += 1.0
        moved = np.abs(part(changed) - y).max((0, 2)) > 1e-9
        wanted = np.arange(rows * columns) == row * columns + column
        yield Claim("a patch is seen by its own token alone, row by row", moved, wanted)
    cut = x[:, :, : rows * size, : columns * size].reshape(
        len(x), x.shape[1], rows, size, columns, size
    )
    patches = np.transpose(cut, (0, 2, 4, 1, 3, 5)).reshape(len(x), rows * columns, -1)
    flat = np.transpose(cut, (0, 2, 4, 3, 5, 1)).reshape(patches.shape)
    found = [v.reshape(len(v), -1) for v in part.parameters.values() if v.ndim in (2, 4)]
    wanted_at: list[Array] = [
        p @ w.T
        for w in found
        if w.shape == (y.shape[-1], patches.shape[-1])
        for p in (patches, flat)
    ]
    if not wanted_at:
        raise Unsuited("it has no map from a patch to a token")
    centred = y - y.mean((0, 1))  # the bias is the same for all
    yield Claim("the same map of each patch", centred, [w - w.mean((0, 1)) for w in wanted_at])
