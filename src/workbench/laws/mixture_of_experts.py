"""A mixture of experts: a weighted mean of experts, whose weights add up to one.

Source: Shazeer et al. 2017, equations 1 to 5; Jiang et al. 2024, section 2.1. With all experts
alike the mixture is the expert, whatever the router says: that is lost where chosen weights are not
renormalised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Make all experts alike, then turn the router; then let them differ."""
    groups = experts(part)
    alike = {
        name: first
        for names in groups
        for first in [names[min(names)][1]]
        for name, _ in names.values()
    }
    alike |= {n: _same(part.parameters[n]) for n in _together(part)}
    router = {n: v for n, v in part.parameters.items() if n not in alike}
    if not router:
        raise Unsuited("nothing is left that could be a router")
    turned = {name: values[::-1].copy() * -1.5 for name, values in router.items()}
    one, other = part(weights=alike), part(weights={**alike, **turned})
    yield Claim("alike experts give the expert, whatever the router says", other, one)
    loud = {name: 40 * values for name, values in router.items()}
    yield Claim(
        "weights add up to one, also for a router that is sure",
        part(weights={**alike, **loud}),
        one,
    )
    differs = float(np.abs(part(weights=turned) - part()).max() > 1e-6)
    yield Claim("the router chooses among experts that differ", differs, 1.0)


def experts(part: Part) -> list[dict[int, tuple[str, Array]]]:
    """Group parameters whose names differ in a number alone: that of the expert."""
    groups: dict[tuple[str, str], dict[int, tuple[str, Array]]] = {}
    for name, values in part.parameters.items():
        match = re.search(r"^(.*?)\.?\b(\d+)\b(.*)$", name)
        if match:
            groups.setdefault((match[1], match[3]), {})[int(match[2])] = (name, values)
    found = [
        g for g in groups.values() if len(g) > 1 and len({v.shape for _, v in g.values()}) == 1
    ]
    if not found and not _together(part):
        raise Unsuited("it has no parameters that are repeated for each expert")
    return found


def _together(part: Part) -> list[str]:
    """Name parameters that hold all experts along their first axis."""
    count = part.option("num_experts", "experts", "n_experts")
    return [n for n, v in part.parameters.items() if v.ndim >= 3 and len(v) == count]


def _same(values: Array) -> Array:
    return np.broadcast_to(values[:1], values.shape).copy()
