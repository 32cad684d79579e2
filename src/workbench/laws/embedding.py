"""An embedding: the row of a learned table that an integer names, scaled at most by sqrt(width)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Look rows up in the table."""
    index = next((v for v in part.inputs.values() if v.dtype.kind in "iu"), None)
    tables = [v for v in part.parameters.values() if v.ndim == 2]
    if index is None or not tables:
        raise Unsuited("it has no integer input or no table")
    seen = part()
    fitting = [t for t in tables if t.shape[1] == seen.shape[-1] and index.max() < len(t)]
    if not fitting or seen.shape[:-1] != index.shape:
        raise Unsuited("no table is as wide as the output")
    first = np.zeros_like(index)
    name = next(key for key, v in part.inputs.items() if v is index)
    alone = part(inputs={name: first}).reshape(-1, seen.shape[-1])
    yield Claim("the same row wherever an index stands", alone, np.repeat(alone[:1], len(alone), 0))
    wanted = [t[index] for t in fitting]
    wanted += [t[index] * np.sqrt(t.shape[1]) for t in fitting]
    yield Claim("row i of the table for index i (or sqrt(width) times it)", seen, wanted)
