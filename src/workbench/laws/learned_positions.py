"""Learned positions: place t adds row t of a learned table.

Source: Gehring et al. 2017, section 3.1; Devlin et al. 2019.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited
from workbench.laws._positions import table_of


def law(part: Part) -> Iterator[Claim]:
    """Compare what is added with the first rows of a parameter."""
    table = table_of(part)
    known = [v.reshape(-1, v.shape[-1]) for v in part.parameters.values() if v.ndim >= 2]
    fitting = [
        v[: len(table)] for v in known if v.shape[1] == table.shape[1] and len(v) >= len(table)
    ]
    if not fitting:
        raise Unsuited("it has no learned table with a row for each place")
    yield Claim("row t of the table at place t", table, fitting or np.full_like(table, np.nan))
