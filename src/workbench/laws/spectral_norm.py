"""Spectral norm: the weight that is applied has 1 as its largest singular value.

Source: Miyato et al. 2018, equation 8, by power iteration, which is given sixty calls to settle.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Let the iteration settle, read the matrix off, and look at its singular values."""
    part(train=True, times=60)
    matrix, _ = read_off(part, keep=True)
    largest = np.linalg.svd(matrix, compute_uv=False)[0]
    yield Claim("the largest singular value is 1", largest, 1.0, within=1e-3)
    name = max(part.parameters, key=lambda n: part.parameters[n].size)
    louder = {name: 5 * part.parameters[name]}
    part(train=True, times=60, weights=louder)
    again, _ = read_off(part, keep=True)
    yield Claim("the scale of the stored weight does not matter", again, matrix, within=1e-2)


def read_off(part: Part, **settings: object) -> tuple[Array, Array]:
    """Read the matrix ``(in, out)`` and the offset of an affine map."""
    x = part.x
    rows = x.reshape(-1, x.shape[-1])
    wide = x.shape[-1]
    found = []
    offset = part(np.zeros_like(x), **settings).reshape(len(rows), -1)[0]
    for start in range(0, wide, len(rows)):
        basis = np.zeros_like(rows)
        for at in range(min(len(rows), wide - start)):
            basis[at, start + at] = 1.0
        y = part(basis.reshape(x.shape), **settings).reshape(len(rows), -1)
        found.append(y[: min(len(rows), wide - start)] - offset)
    return np.concatenate(found), offset
