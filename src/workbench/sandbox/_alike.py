"""Compares what two candidates answered to the same question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_SHOWN = 60
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


def apart(one: object, other: object, place: str = "") -> str:
    """Say where two answers differ first, and what stands there.

    Args:
        one: Plain values and numpy arrays, nested at will.
        other: The same from somebody else.
        place: The names that lead there.

    Returns:
        For example ``outputs y [0, 3] is 0.518, not 0.31``; ``""`` where they say the same.
    """
    if alike(one, other):
        return ""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        pairs = [(str(key), one[key], other[key]) for key in one]
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = [(str(at), x, y) for at, (x, y) in enumerate(zip(one, other, strict=False))]
    else:
        return f"{place} {_values(one, other)}".strip()
    inner = next((found for name, x, y in pairs if (found := apart(x, y, f"{place} {name}"))), "")
    return inner.strip() or f"{place} has {len(one)} parts, not {len(other)}".strip()


def _values(one: object, other: object) -> str:
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return f"is {str(one)[:_SHOWN]}, not {str(other)[:_SHOWN]}"
    if one.dtype != other.dtype or one.shape != other.shape:
        return f"is {one.dtype} {list(one.shape)}, not {other.dtype} {list(other.shape)}"
    distance = np.nan_to_num(np.abs(one.astype(np.float64) - other.astype(np.float64)), nan=np.inf)
    at = np.unravel_index(int(np.argmax(distance)), one.shape) if one.ndim else ()
    spot = f"[{', '.join(map(str, at))}] " if at else ""
    return f"{spot}is {one[at]:.4g}, not {other[at]:.4g}"


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
