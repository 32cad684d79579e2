"""Compares what two candidates answered to the same question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_TOLERANCE = {"float64": 1e-9, "float32": 1e-5, "float16": 1e-2}


def alike(one: object, other: object) -> bool:
    """Compare two answers, arrays with a tolerance that follows from their type.

    Args:
        one: Plain values and numpy arrays, nested at will.
        other: The same from somebody else.

    Returns:
        Whether they say the same.
    """
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and _close(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def _close(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    if not np.issubdtype(one.dtype, np.inexact):
        return bool(np.array_equal(one, other))
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)):
        return False
    scale = float(np.max(np.abs(one[finite]), initial=1e-6))
    allowed = _TOLERANCE.get(str(one.dtype), 1e-5) * scale
    near = bool(np.all(np.abs(one[finite] - other[finite]) <= allowed))
    return near and bool(np.array_equal(one[~finite], other[~finite], equal_nan=True))
