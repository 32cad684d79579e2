"""Finds the affine maps among parameters: by their shapes, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from workbench.laws._part import Array, Part, Unsuited

_MOST = 6  # matrices; more would be several components, and too many orders to try


@dataclass(frozen=True)
class Map:
    """``x -> x @ matrix + bias``.

    Args:
        name: Of the matrix.
        matrix: ``(in, out)``.
        bias: ``(out,)``; zeros where there is none.
    """

    name: str
    matrix: Array
    bias: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Features in, features out."""
        return self.matrix.shape[0], self.matrix.shape[1]

    def __call__(self, x: Array) -> Array:
        """Apply it to the last axis."""
        return x @ self.matrix + self.bias

    def split(self, parts: int) -> list[Map]:
        """Cut the outputs into equal parts."""
        matrices = np.split(self.matrix, parts, axis=1)
        biases = np.split(self.bias, parts)
        return [Map(self.name, m, b) for m, b in zip(matrices, biases, strict=True)]


def maps(part: Part) -> Iterator[list[Map]]:
    """Yield the affine maps of a part, once for each way to read those that could be transposed.

    A parameter that is called a weight is ``(out, in)``, as in ``nn.Linear``; any other one may
    stand either way. Trailing axes of length one, as a 1x1 convolution has, are left out.

    Raises:
        Unsuited: There is no matrix, or there are too many.
    """
    flat = {name: _squeezed(values) for name, values in part.parameters.items()}
    matrices = {name: values for name, values in flat.items() if values.ndim == 2}
    if not matrices or len(matrices) > _MOST:
        raise Unsuited(f"it has {len(matrices)} matrices of its own")
    vectors = {name: values for name, values in flat.items() if values.ndim == 1}
    upright = [_map(name, values.T, vectors) for name, values in matrices.items()]
    yield upright
    if not all(name.endswith("weight") for name in matrices):
        yield [
            each if each.name.endswith("weight") else _map(each.name, each.matrix.T, vectors)
            for each in upright
        ]


def _squeezed(values: Array) -> Array:
    while values.ndim > 2 and values.shape[-1] == 1:
        values = values[..., 0]
    return values


def _map(name: str, matrix: Array, vectors: Mapping[str, Array]) -> Map:
    wanted = {
        name.replace("weight", "bias"),
        f"{name}_bias",
        f"{name}_b",
        re.sub("[wW]", "b", name),
    }
    for other, values in vectors.items():
        if other in wanted - {name} and len(values) == matrix.shape[1]:
            return Map(name, matrix, values)
    return Map(name, matrix, np.zeros(matrix.shape[1]))


def ordered(part: Part, shapes: list[tuple[int, int]]) -> Iterator[tuple[Map, ...]]:
    """Yield every order of all maps in which they have the given shapes; 0 stands for any size."""
    for found in maps(part):
        if len(found) != len(shapes):
            continue
        for order in permutations(found):
            if all(_fits(each.shape, shape) for each, shape in zip(order, shapes, strict=True)):
                yield order


def _fits(shape: tuple[int, int], wanted: tuple[int, int]) -> bool:
    return all(asked in (0, size) for size, asked in zip(shape, wanted, strict=True))
