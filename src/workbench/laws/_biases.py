"""Reads off what a part adds to scores, or returns to be added."""

from __future__ import annotations

from workbench.laws._part import Array, Part, Unsuited


def bias_of(part: Part) -> Array:
    """Return the biases ``(heads, queries, keys)``.

    Raises:
        Unsuited: The output has no such shape.
    """
    y = part()
    given = [v for v in part.inputs.values() if v.dtype.kind == "f" and v.shape == y.shape]
    bias = y - given[0] if given else y
    if bias.ndim == 4:
        bias = bias[0]
    if bias.ndim != 3:
        raise Unsuited(f"its output {y.shape} is no set of scores (heads, queries, keys)")
    return bias
