"""A linear map: ``y = x W^T + b`` at every place, and nothing else.

Superposition tells it from anything with a bend; the map that is read off must be the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Superpose, read off the matrix and the bias."""
    x, other = part.x, part.another()
    zero = part(np.zeros_like(x))
    yield Claim("f(u) + f(v) = f(u + v) + f(0)", part(x) + part(other), part(x + other) + zero)
    yield Claim("f(-3 u) - f(0) = -3 (f(u) - f(0))", part(-3 * x) - zero, -3 * (part(x) - zero))
    wide = x.shape[-1]
    rows, values = part.pairs(wide + 2)
    terms = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    solved, *_ = np.linalg.lstsq(terms, values, rcond=None)
    yield Claim("the same map at every place", terms @ solved, values)
    matrix, bias = solved[:-1], solved[-1]
    known = [v for v in part.parameters.values() if v.ndim == 2]
    fitting = [m for v in known for m in (v, v.T) if m.shape == matrix.shape]
    yield Claim("the map is a learned matrix", matrix, fitting or np.full_like(matrix, np.nan))
    vectors = [v for v in part.parameters.values() if v.shape == bias.shape]
    none = part.option("bias", "use_bias", default=None) is False
    wanted = np.zeros_like(bias) if none or not vectors else vectors
    yield Claim("the offset is the learned bias", bias, wanted)
