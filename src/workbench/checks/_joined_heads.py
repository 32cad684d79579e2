"""Sees whether what the heads gather at one position is put together at that position.

What attention gathers is moved and reshaped, then projected. A reshape without the transpose before
it gives rows of the right width that hold one head at several positions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.checks._attention import attentions
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._inputs import Array, Case
from workbench.checks._meetings import weighted_sums
from workbench.checks._subject import Subject


def mixed(subject: Subject, case: Case) -> str:
    """Return the line of a projection that reads rows of several positions, or nothing."""
    seen, found = attentions(subject, case)
    places = [
        (product, reader, attention.weights.shape[-2])
        for attention in found
        for product in weighted_sums(seen, attention.node, "view", "pointwise")
        for reader in _projections(seen, product)
    ]
    if not places:
        return ""
    rows = {reader: seen.varying(seen[reader])[0] for _, reader, _ in places}
    whole = sorted({product for product, _, _ in places} | set(rows.values()))
    values = graph(subject, case, whole=whole)
    for product, reader, queries in places:
        gathered, read = values.kept.get(product), values.kept.get(rows[reader])
        if gathered is not None and read is not None and _mixes(gathered, read, queries):
            return seen.where(reader)
    return ""


def _projections(graph: Graph, product: int) -> Iterator[int]:
    """Find the maps that read nothing but the result of a product in another layout."""
    front = [product]
    while front:
        number = front.pop()
        for reader in graph.readers[number]:
            node: Node = graph[reader]
            if node.kind == "view":
                front.append(reader)
            elif graph.is_linear(node) and graph.used >> reader & 1:
                yield reader


def _mixes(gathered: Array, read: Array, queries: int) -> bool:
    """Whether a row that is read holds values of several positions, whichever axis they are.

    Args:
        gathered: ``(..., queries, features)`` or ``(..., features, queries)``.
        read: ``(..., heads * features)``.
        queries: How many positions ask.
    """
    axes = [axis for axis in (-2, -1) if gathered.shape[axis] == queries]
    if read.size != gathered.size or queries < 2 or not axes:
        return False
    for axis in axes:
        features = gathered.shape[-1 if axis == -2 else -2]
        rows = read.reshape(-1, read.shape[-1])
        heads, left = divmod(read.shape[-1], features)
        if left or heads < 2 or len(rows) % queries:
            return False  # all positions in one row, or one head alone
        if not _several(gathered, rows, axis):
            return False
    return True


def _several(gathered: Array, rows: Array, axis: int) -> bool:
    shape = [1] * gathered.ndim
    shape[axis] = -1
    places = np.broadcast_to(np.arange(gathered.shape[axis]).reshape(shape), gathered.shape)
    order = np.argsort(gathered, axis=None)
    values, at = gathered.reshape(-1)[order], places.reshape(-1)[order]
    single = np.diff(values, prepend=np.nan, append=np.nan) != 0
    alone = single[:-1] & single[1:]  # a value that stands at two places says nothing
    found = np.clip(np.searchsorted(values, rows), 0, len(values) - 1)
    known = (values[found] == rows) & alone[found]
    low = np.where(known, at[found], gathered.shape[axis]).min(-1)
    high = np.where(known, at[found], -1).max(-1)
    return bool(np.any(high > low))
