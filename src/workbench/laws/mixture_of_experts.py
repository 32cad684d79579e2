"""A mixture of experts: a weighted mean of experts, whose weights add up to one.

Source: Shazeer et al. 2017, equations 1 to 5; Jiang et al. 2024, section 2.1. With all experts
alike the mixture is the expert, whatever the router says: that is lost where chosen weights are not
renormalised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Array, Arrays, Claim, Part, Unsuited


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
    yield from _alone(part, groups, router)
    differs = float(np.abs(part(weights=turned) - part()).max() > 1e-6)
    yield Claim("the router chooses among experts that differ", differs, 1.0)


def _alone(
    part: Part, groups: list[dict[int, tuple[str, Array]]], router: Arrays
) -> Iterator[Claim]:
    """Claim that softmax weights follow the scores, and that a sure router takes one expert."""
    warmer = {name: 1.3 * values for name, values in router.items()}
    moved = float(np.abs(part(weights=warmer) - part()).max() > 1e-6)
    if int(part.option("top_k", "experts_per_token", "num_experts_per_tok", default=1)) < 2:
        return  # one expert with the weight one
    yield Claim("weights follow the scores", moved, 1.0)
    sure = {name: 1e5 * values for name, values in router.items()}
    whole = part(weights=sure)
    taken = np.zeros(whole.shape[:-1])
    for number in sorted({number for names in groups for number in names}):
        mine = [names[number] for names in groups if number in names]
        other = {name: 1.5 * values for name, values in mine}
        changed = np.abs(part(weights={**sure, **other}) - whole).max(-1)
        taken += changed > 1e-6 * np.abs(whole).max()
    if groups:
        yield Claim("a router that is sure gives a token to one expert", taken.mean(), 1.0)


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
