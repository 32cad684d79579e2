"""Seeded inputs that a spec allows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.spec import Spec, Tensor

Array = NDArray[Any]
Arrays = dict[str, Array]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Under which circumstances the module is run.

    Args:
        sizes: A size for every named axis.
        dtype: The floating point type that the module works in.
        without: Optional inputs that are absent.
        seed: For the inputs.
        open: Whether padding masks hide nothing.
        alike: The axis along which every example has the same content everywhere, or ``""``.
    """

    sizes: Mapping[str, int]
    dtype: str = "float64"
    without: tuple[str, ...] = ()
    seed: int = 0
    open: bool = False
    alike: str = ""
    key: tuple[Any, ...] = field(init=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Make the key by which answers are remembered."""
        sizes = tuple(sorted(self.sizes.items()))
        key = (sizes, self.dtype, self.without, self.seed, self.open, self.alike)
        object.__setattr__(self, "key", key)

    @property
    def conditions(self) -> dict[str, Any]:
        """What has to be set to see the same again."""
        more: dict[str, Any] = {"without": list(self.without)} if self.without else {}
        more |= {"masks": "hide nothing"} if self.open else {}
        more |= {"same content along": self.alike} if self.alike else {}
        return {"sizes": dict(self.sizes), "dtype": self.dtype, "seed": self.seed, **more}


def make(spec: Spec, options: Mapping[str, Any], case: Case) -> Arrays:
    """Make the inputs of a case.

    Args:
        spec: The spec.
        options: The options in use.
        case: The circumstances.

    Returns:
        An array for every input that is present.
    """
    names = {**options, **case.sizes}
    masks = padding_masks(spec)
    return {
        name: _values(tensor, names, case, padding=name in masks)
        for name, tensor in spec.inputs.items()
        if name not in case.without
    }


def padding_masks(spec: Spec) -> set[str]:
    """Name the inputs that a requirement calls a padding mask."""
    return {line.under for line in spec.requires.values() if line.under}


def _values(tensor: Tensor, names: Mapping[str, Any], case: Case, *, padding: bool) -> Array:
    # A seed of its own for each input: adding an input to a spec leaves the others as they were.
    rng = np.random.default_rng([case.seed, zlib.crc32(tensor.name.encode())])
    values = _drawn(tensor, names, case, rng, padding=padding)
    axes = [axis.text for axis in tensor.axes]
    if case.alike in axes and tensor.dtype != "bool":
        at = axes.index(case.alike)
        return np.repeat(np.take(values, [-1], at), values.shape[at], at)
    return values


def _drawn(
    tensor: Tensor,
    names: Mapping[str, Any],
    case: Case,
    rng: np.random.Generator,
    *,
    padding: bool,
) -> Array:
    shape = tensor.shape(names)
    if tensor.dtype == "bool":
        if padding and case.open:
            return np.ones(shape, bool)
        return _lengths(shape) if padding else rng.random(shape) < 0.7
    low = tensor.low.value(names) if tensor.low is not None else None
    high = tensor.high.value(names) if tensor.high is not None else None
    if tensor.dtype.startswith(("int", "uint")):
        dtype = "int64" if tensor.dtype == "int" else tensor.dtype
        first, last = int(low or 0), int(high if high is not None else (low or 0) + 3)
        return rng.integers(first, last, size=shape, endpoint=True).astype(dtype)
    values = rng.standard_normal(shape)
    if low is not None and high is not None:
        values = rng.uniform(float(low), float(high), shape)
    if tensor.dtype.startswith("complex"):
        return (values + 1j * rng.standard_normal(shape)).astype(tensor.dtype)
    return values.astype(case.dtype if tensor.dtype == "float" else _known(tensor.dtype))


def _known(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" else dtype


def _lengths(shape: tuple[int, ...]) -> Array:
    """Mark real content: whole in the first row, then less and less, at least one everywhere."""
    if not shape or not shape[-1]:
        return np.ones(shape, bool)
    rows = int(np.prod(shape[:-1]))
    longest = shape[-1]
    lengths = np.maximum(longest - 2 * np.arange(rows) % max(longest, 1), 1)
    return (np.arange(longest) < lengths[:, None]).reshape(shape)
