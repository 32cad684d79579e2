"""Comparing arrays with tolerances that follow from their type."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from workbench.checks._inputs import Array, Arrays

_TOLERANCE = {"float64": 1e-9, "float32": 1e-4, "float16": 2e-2}


def tolerance(dtype: str) -> float:
    """Return how far two ways to compute the same may differ, relative to the values' scale."""
    return _TOLERANCE.get(dtype, 1e-4)


def apart(one: Array, other: Array) -> float:
    """Measure how far two arrays differ, relative to their scale.

    Args:
        one: An array.
        other: An array of the same shape.

    Returns:
        The largest difference over the largest value (at least 1); infinite where one of them is
        not finite and the other is not the same, or where the shapes differ.
    """
    if one.shape != other.shape:
        return float("inf")
    if not one.size:
        return 0.0
    first, second = one.astype(np.float64), other.astype(np.float64)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    finite = np.isfinite(first) & np.isfinite(second)
    if not np.all(same | finite):
        return float("inf")
    first, second = np.where(finite, first, 0.0), np.where(finite, second, 0.0)
    return float(np.max(np.abs(first - second))) / max(1.0, float(np.max(np.abs(first))))


def worst(one: Arrays, other: Arrays, names: Iterable[str] | None = None) -> tuple[float, str]:
    """Find the output that differs most.

    Args:
        one: Arrays by name.
        other: Arrays by name.
        names: Which to compare; all that ``one`` has, if not given.

    Returns:
        How far it differs, and its name.
    """
    distances = [
        (apart(one[name], other[name]) if name in other else float("inf"), name)
        for name in (one if names is None else names)
    ]
    return max(distances, default=(0.0, ""))


def finite(values: Array) -> bool:
    """Whether all values are finite."""
    return bool(np.all(np.isfinite(values))) if np.issubdtype(values.dtype, np.inexact) else True
