"""From the weights that the module is born with, every parameter can learn.

Why: Two factors that both start at zero pass no gradient to each other, and stay zero for ever;
units that start alike stay alike; a start that is far too large saturates whatever comes behind.
Fix: Let one factor of a product start at random; draw each row of a matrix; scale a draw by the
root of the number of inputs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._graph import graph
from workbench.checks._inputs import Arrays
from workbench.checks._subject import Subject
from workbench.checks.gradient_flow import flow
from workbench.checks.inputs_used import unmasked

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 30

_ROUNDS = 6  # how many zeros may lie one behind the other
_DRAWS = 4
_LARGEST = 6.0  # root mean square; nothing that learns is born so large
_NOISE = 1e-9  # of an ordinary gradient
_FEW = 24  # elements of a matrix whose spread says something


def check(subject: Subject) -> Decision:
    """Look at the scale of each matrix, at rows that are alike, and follow the gradient."""
    learned = subject.learned(subject.exact)
    if not subject.floating or not learned:
        return passed("nothing learns")
    state = subject.build(subject.exact)["state"]
    conditions = subject.conditions(subject.case(), weights="born", mode="eval")
    maps = _maps(subject)
    for name in learned:
        problem = _problem(state[name], name in maps)
        if problem:
            return failed(f"{name} {problem}", "a start from which it can learn", conditions)
    stuck = _stuck(subject, {name: state[name] for name in state}, learned)
    # What has no gradient for any weights is what `gradient_flow` reports.
    present = [size for size in flow(subject).values() if size]
    noise = _NOISE * float(np.median(present)) if present else 0.0
    stuck = [name for name in stuck if (flow(subject).get(name) or 0.0) > noise]
    if stuck:
        seen = f"no gradient ever reaches {', '.join(stuck[:6])} from the start"
        return failed(seen, "a gradient after some steps at the latest", conditions)
    return passed(f"{len(learned)} parameters learn from where they start", **conditions)


def _maps(subject: Subject) -> set[str]:
    """Name the matrices that inputs are multiplied with."""
    return {leaf.name for _, leaf in graph(subject, subject.bare()).matrices()}


def _problem(values: np.ndarray, multiplies: bool) -> str:
    if values.ndim < 2 or values.size < _FEW:
        return ""
    size = float(np.sqrt(np.mean(values.astype(np.float64) ** 2)))
    if not np.isfinite(size):
        return "starts with values that are not finite"
    if size > _LARGEST:
        return f"starts with a root mean square of {size:.3g}"
    rows = values.reshape(len(values), -1)
    # Zeros are a start on purpose: a branch that begins without effect.
    if multiplies and size > 0 and len(rows) > 1 and np.all(rows == rows[:1]):
        return f"starts with {len(rows)} rows that are all alike"
    return ""


def _stuck(subject: Subject, weights: Arrays, learned: list[str]) -> list[str]:
    """Move what has a gradient, again and again, and name what never gets one."""
    alive: set[str] = set()
    for number in range(_ROUNDS):
        before = set(alive)
        for draw in range(_DRAWS):
            alive |= _reached(subject, weights, 8 * number + draw)
            if alive >= set(learned):
                return []
        if number and alive == before:
            break
        rng = subject.rng(60 + number)
        for name in alive:
            noise = rng.standard_normal(weights[name].shape)
            weights[name] = (weights[name] + 0.1 * noise).astype(weights[name].dtype)
    return [name for name in learned if name not in alive]


def _reached(subject: Subject, weights: Arrays, draw: int) -> set[str]:
    """Name what a gradient reaches from one draw of inputs."""
    case = replace(subject.case(), seed=subject.seed + 70 + draw)
    inputs = unmasked(subject.inputs(case), draw)
    # The same layers may not be left out at random each time.
    run = subject.run(case, inputs=inputs, weights=weights, train=True, seed=draw)
    pulled = subject.run(
        case,
        inputs=inputs,
        weights=weights,
        train=True,
        seed=draw,
        cotangents=subject.cotangents(run, 1, salt=draw),
        wrt=["parameters"],
        brief=True,
    )
    reached = pulled.gradients[0]["parameters"].items()
    return {name for name, value in reached if value is not None and np.any(value != 0)}
