"""Attention as a formula, for every usual way to lay its projections out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from workbench.laws._formulas import softmax
from workbench.laws._maps import Map, maps
from workbench.laws._part import Array, Part, Unsuited

Attend = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Layout:
    """Which map makes what; ``cut`` says how fused projections are taken apart."""

    query: Map
    key: Map
    value: Map
    out: Map | None


def softmax_attention(visible: Callable[[int, int], Array] | None = None) -> Attend:
    """``softmax(q k^T / sqrt(d)) v`` over ``(batch, heads, time, d)``; Vaswani et al. 2017, (1)."""

    def attend(query: Array, key: Array, value: Array) -> Array:
        scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(query.shape[-1])
        if visible is not None:
            scores = np.where(visible(scores.shape[-2], scores.shape[-1]), scores, -np.inf)
        return softmax(scores) @ value

    return attend


def bare_inputs(part: Part) -> list[Array]:
    """Return query, key and value where a part without parameters takes them as they are."""
    given = [v for v in part.inputs.values() if v.dtype.kind == "f"]
    return given[:3] if not part.learned and len(given) >= 3 else []


def attended(part: Part, attend: Attend, *, groups: bool = False) -> list[Array]:
    """Return what attention gives, for every way to read the parameters.

    Args:
        part: With query, key and value as inputs and no parameters, or with one or two sequences
            and projections.
        attend: The formula for one set of heads.
        groups: Whether keys and values have fewer heads than queries.

    Raises:
        Unsuited: The parameters are no projections of attention.
    """
    bare = bare_inputs(part)
    heads = int(part.option("num_heads", "heads", "n_heads", "nhead", default=1))
    if bare:
        wide = [_grown(each, bare[0].shape) for each in bare]
        return [attend(*wide)]
    given = [v for v in part.inputs.values() if v.dtype.kind == "f" and v.ndim == 3]
    if not given:
        raise Unsuited("it has no input (batch, time, width)")
    x, context = given[0], given[1] if len(given) > 1 else given[0]
    values = given[2] if len(given) > 2 else context
    few = int(part.option("num_kv_heads", "kv_heads", "num_groups", default=heads))
    few = few if groups else heads
    found = [
        _computed(layout, (x, context, values), attend, (heads, few))
        for layout in layouts(part, x.shape[-1], heads, few)
    ]
    if not found:
        raise Unsuited("its parameters are no projections to queries, keys and values")
    return found


def _grown(values: Array, like: tuple[int, ...]) -> Array:
    """Repeat the heads of keys and values so that each query head has its own."""
    if values.ndim == 4 and values.shape[1] != like[1]:
        return np.repeat(values, like[1] // values.shape[1], axis=1)
    return values


def _computed(
    layout: Layout, inputs: tuple[Array, Array, Array], attend: Attend, heads: tuple[int, int]
) -> Array:
    x, context, values = inputs
    query = split(layout.query(x), heads[0])
    key, value = split(layout.key(context), heads[1]), split(layout.value(values), heads[1])
    result = attend(query, _grown(key, query.shape), _grown(value, query.shape))
    joined = np.moveaxis(result, 1, 2).reshape(*x.shape[:-1], -1)
    return layout.out(joined) if layout.out is not None else joined


def split(values: Array, heads: int) -> Array:
    """``(batch, time, heads * d)`` to ``(batch, heads, time, d)``."""
    return np.moveaxis(values.reshape(*values.shape[:-1], heads, -1), 2, 1)


def layouts(part: Part, width: int, heads: int, few: int) -> Iterator[Layout]:
    """Yield every way in which the maps can be query, key, value and output."""
    for found in maps(part):
        for taken in _taken(found, heads, few):
            for order in permutations(taken):
                query, key, value, *rest = order
                out = rest[0] if rest else None
                fits = query.shape[0] == width and key.shape == value.shape
                fits = fits and query.shape[1] % heads == 0 and key.shape[1] % few == 0
                fits = fits and key.shape[1] // few == query.shape[1] // heads
                if fits and (out is None or out.shape[0] == query.shape[1]):
                    yield Layout(query, key, value, out)


def _taken(found: list[Map], heads: int, few: int) -> Iterator[list[Map]]:
    """Take fused projections apart, as blocks or head by head."""
    if len(found) in (3, 4):
        yield found
    if len(found) in (1, 2):
        for fused in found:
            rest = [each for each in found if each is not fused]
            width, extra = fused.shape[1], heads + 2 * few
            if width % extra == 0:
                size = width // extra
                edges = [heads * size, (heads + few) * size]
                yield [*_cut(fused, edges), *rest]
            if width % (3 * heads) == 0 and heads == few:
                yield [*_by_head(fused, heads), *rest]
    if len(found) in (2, 3):
        for fused in found:
            rest = [each for each in found if each is not fused]
            if fused.shape[1] % 2 == 0:
                yield [*fused.split(2), *rest]


def _cut(fused: Map, edges: list[int]) -> list[Map]:
    matrices, biases = np.split(fused.matrix, edges, axis=1), np.split(fused.bias, edges)
    return [Map(fused.name, m, b) for m, b in zip(matrices, biases, strict=True)]


def _by_head(fused: Map, heads: int) -> list[Map]:
    matrix = fused.matrix.reshape(len(fused.matrix), heads, 3, -1)
    bias = fused.bias.reshape(heads, 3, -1)
    return [
        Map(fused.name, matrix[:, :, i].reshape(len(matrix), -1), bias[:, i].reshape(-1))
        for i in range(3)
    ]
