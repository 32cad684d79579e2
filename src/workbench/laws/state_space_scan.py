"""A state-space scan: linear in its input, causal, and the same at all times; its answer to a pulse
dies away.

Source: Gu, Goel and Re 2022, equations 2 to 5: ``y = K * x`` with ``K = (C B, C A B, C A^2 B,
...)``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Superpose, shift a pulse, and fold the input with the answer to pulses."""
    x = part.x
    axis = part.time + x.ndim
    if x.ndim < 2 or part().shape != x.shape:
        raise Unsuited("its output has another shape than its input")
    other = part.another()
    yield Claim("f(u) + f(v) = f(u + v)", part(x) + part(other), part(x + other))
    moved = np.moveaxis(x, axis, 0).copy()
    moved[0] = 0
    early = np.roll(moved, -1, 0)
    late = np.moveaxis(part(np.moveaxis(moved, 0, axis)), axis, 0)
    first = np.moveaxis(part(np.moveaxis(early, 0, axis)), axis, 0)
    yield Claim("a later input gives the same, later", late[1:], first[:-1])
    yield Claim("nothing before the input", late[:1], np.zeros_like(late[:1]))
    pulse = np.zeros_like(moved)
    pulse[0] = 1.0
    answer = np.abs(np.moveaxis(part(np.moveaxis(pulse, 0, axis)), axis, 0)).reshape(len(pulse), -1)
    yield Claim("an earlier input is remembered", float(answer[1:].max() > 1e-9), 1.0)
    yield Claim(
        "a pulse dies away", float(answer[-1].max() <= answer[: len(answer) // 2 + 1].max()), 1.0
    )
