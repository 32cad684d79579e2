"""A residual block: ``x + f(x)``; with all that is learned in f at zero it is the identity.

Source: He et al. 2016, equation 1. A rectifier behind the addition, as in that paper, is right too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Silence the branch, then halve its last map."""
    x, y = part.x, part()
    if x.shape != y.shape or not part.learned:
        raise Unsuited("its output has another shape than its input, or nothing in it is learned")
    silent = {name: np.zeros_like(values) for name, values in part.parameters.items()}
    yield Claim("x where the branch is silent", part(weights=silent), [x, np.maximum(x, 0)])
    yield Claim("the branch does something", float(np.abs(y - x).max() > 1e-6), 1.0)
