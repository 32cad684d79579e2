"""Every row and column of every matrix has an influence on the output.

Why: A head that is sliced off, a channel that is overwritten or a gate that is stuck leaves a
matrix with a gradient, so that all looks well, and a part of it without one.
Fix: Look where the named unit goes: a slice that is one too short, an assignment that overwrites,
a mask that is always closed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._inputs import Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer")
DECIDES = {"every unit used": (LAW,)}
COST = 20

_DRAWS = 24  # a rectified unit may be silent for a draw, not for all of them
# Then with values that norms take from the batch: running ones leave bounded units at their ends.
_TRAINED = 18


def _maps(graph: Graph) -> set[str]:
    """Name the matrices that maps read as a whole."""
    return {leaf.name for seen, leaf in graph.matrices() if seen.size == leaf.size}


def check(subject: Subject) -> Decision:
    """Collect gradients over several draws of weights, and look for rows and columns of zeros."""
    if not subject.floating or not subject.learned(subject.exact):
        return passed("nothing learns")
    usual = subject.bare()
    longest = _longest(subject)
    found = graph(subject, usual)
    # A row of a table that no index names has no gradient, and should have none.
    maps = _maps(found)
    reach: Arrays = {}
    silent = ""
    for draw in range(_DRAWS):
        weights = f"spread {draw}" if draw else "spread"
        # Places that only a longer input reaches are not silent.
        other = draw % 2 and subject.requirement is None
        sizes = longest[draw // 2 % len(longest)] if other else usual.sizes
        case = replace(usual, sizes=sizes, seed=subject.seed + draw)
        train = draw >= _TRAINED
        try:
            _pull(subject, case, weights, draw, train, maps, reach)
        except CandidateRaised:
            if not train:  # a batch of one value has no spread, which a norm may refuse
                raise
        # What is very small may be a unit that these values close, so nothing asked for is zero.
        silent = _silent(reach, 1e-13 if subject.requirement else 0.0)
        if reach and not silent:
            break
    if not reach and subject.requirement is None:
        return passed("no matrix is read as a whole")
    if not reach:
        raise CannotLook("no matrix has a gradient")
    conditions = subject.conditions(case, mode="eval", weights="spread", draws=draw + 1)
    if silent:
        return failed(silent, "an influence of every unit", conditions)
    return passed(f"all rows and columns of {len(reach)} matrices", **conditions)


def _pull(
    subject: Subject,
    case: Case,
    weights: str,
    draw: int,
    train: bool,
    maps: set[str],
    reach: Arrays,
) -> None:
    """Keep the largest gradient of each value of a matrix."""
    run = subject.run(case, weights=weights, train=train)
    pulled = subject.run(
        case,
        weights=weights,
        train=train,
        seed=draw,
        cotangents=subject.cotangents(run, 2, salt=draw),
        wrt=["parameters"],
    )
    for gradients in pulled.gradients:
        for name, value in gradients["parameters"].items():
            if value is not None and name in maps:
                reach[name] = np.maximum(reach.get(name, 0.0), np.abs(value))


def _longest(subject: Subject) -> list[Mapping[str, int]]:
    """List the sizes that are largest along each axis, and those that are largest in all."""
    tried = [one.sizes for one in subject.tried()]
    axes = [*subject.spec.sizes]
    found = [max(tried, key=lambda sizes: math.prod(sizes.values()))]
    for axis in axes:
        most = max(tried, key=lambda sizes: (sizes[axis], math.prod(sizes.values())))
        found += [most] if most not in found else []
    return found


def _silent(reach: Arrays, noise: float) -> str:
    """Name rows or columns that no gradient has reached."""
    whole = max((float(most.max()) for most in reach.values()), default=0.0)
    for name, most in reach.items():
        if most.max() <= 1e-13 * whole:
            continue  # what nothing reaches at all is for `gradient_flow`
        for axis, words in ((0, "row"), (1, "column")):
            units = np.moveaxis(most, axis, 0).reshape(most.shape[axis], -1).max(1)
            found = np.flatnonzero(units <= noise * most.max())
            if len(found):
                return f"no gradient for {words} {', '.join(map(str, found[:6]))} of {name}"
    return ""
