"""A vector quantiser: each vector becomes the nearest code, and the gradient passes straight
through.

Source: van den Oord, Vinyals and Kavukcuoglu 2017, equations 1 and 2 and section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Look the nearest code up, then pull a cotangent back."""
    x = part.x
    answer = part.call(cotangent=np.ones_like(x), train=False)
    y = answer.first
    books = [v for v in part.state.values() if v.ndim == 2]
    axis = next((a for a in (-1, 1) if any(v.shape[1] == x.shape[a] for v in books)), None)
    if axis is None or y.shape != x.shape:
        raise Unsuited("it has no codebook as wide as its input, or changes the shape")
    book = next(v for v in books if v.shape[1] == x.shape[axis])
    rows = np.moveaxis(x, axis, -1).reshape(-1, book.shape[1])
    seen = np.moveaxis(y, axis, -1).reshape(-1, book.shape[1])
    away = ((rows[:, None] - book[None]) ** 2).sum(-1)  # (vectors, codes)
    reached = ((seen[:, None] - book[None]) ** 2).sum(-1)
    yield Claim("every output is a code", reached.min(1), np.zeros(len(seen)))
    yield Claim("it is the nearest code", seen, book[away.argmin(1)])
    drawn = part.another()
    passed = part.call(cotangent=drawn).gradients[part.main]
    yield Claim("the gradient passes straight through", passed, drawn)
