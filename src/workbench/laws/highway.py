"""A highway layer: ``t h(x) + (1 - t) x`` with a gate t that is a sigmoid of its own map.

Source: Srivastava, Greff and Schmidhuber 2015, equation 3. Carry and transform add up to one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Close and open the gate by its bias; in between, the logit of t moves as the bias does."""
    x = part.x
    if part().shape != x.shape:
        raise Unsuited("its output has another shape than its input")
    biases = {n: v for n, v in part.parameters.items() if v.shape == (x.shape[-1],)}
    if len(biases) < 2:
        raise Unsuited("it has no two biases, of a gate and of a map")
    ends = {n: (_at(part, n, v, -60.0), _at(part, n, v, 60.0)) for n, v in biases.items()}
    apart = {n: np.minimum(np.abs(a - x).max(), np.abs(b - x).max()) for n, (a, b) in ends.items()}
    gate = min(apart, key=lambda name: apart[name])
    shut, wide = ends[gate]
    if np.abs(wide - x).max() < np.abs(shut - x).max():
        shut, wide = wide, shut
    yield Claim("a closed gate carries x", shut, x)
    one, two = _at(part, gate, biases[gate], 0.0), _at(part, gate, biases[gate], 0.5)
    clear = np.abs(wide - x) > 1e-2
    moved = _logit((two - x) / (wide - x)) - _logit((one - x) / (wide - x))
    yield Claim(
        "y - x = sigmoid(...) (h - x)",
        np.abs(moved[clear]),
        np.full(int(clear.sum()), 0.5),
        within=1e-5,
    )


def _at(part: Part, name: str, values: Array, shift: float) -> Array:
    return part(weights={name: values + shift})


def _logit(t: Array) -> Array:
    return np.log(t) - np.log1p(-t)
