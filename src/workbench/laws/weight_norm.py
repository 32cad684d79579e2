"""Weight norm: the weight that is applied is ``g v / |v|``, a length for each output and a
direction.

Source: Salimans and Kingma 2016, equation 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited
from workbench.laws.spectral_norm import read_off


def law(part: Part) -> Iterator[Claim]:
    """Scale the direction, then read the lengths off."""
    matrix, _ = read_off(part)
    directions = [n for n, v in part.parameters.items() if v.ndim >= 2 and v.size == matrix.size]
    if len(directions) != 1:
        raise Unsuited("it has no single parameter with the shape of its map")
    direction = part.parameters[directions[0]]
    loud = part(weights={directions[0]: 7.0 * direction})
    yield Claim("the length of the stored direction does not matter", loud, part())
    lengths = [abs(v).ravel() for v in part.parameters.values() if v.size == matrix.shape[1]]
    if not lengths:
        raise Unsuited("it has no parameter with a length for each output")
    seen = np.linalg.norm(matrix, axis=0)
    yield Claim("each output's weights have the length that is stored", seen, lengths)
    turned = direction.reshape(matrix.shape[1], -1).T
    seen = matrix / seen
    yield Claim(
        "and the direction that is stored",
        seen,
        [s * turned / np.linalg.norm(turned, axis=0) for s in (1, -1)]
        if all((v > 0).all() for v in part.parameters.values() if v.size == matrix.shape[1])
        else seen,
    )
