"""A finite gradient reaches every parameter.

Why: A parameter without a gradient never learns, and the loss falls anyway because the others do: a
detached branch, a layer that is registered but not called, a softmax over an axis of length one.
Fix: Look for ``detach``, ``no_grad``, ``.data``, ``.item()`` and rebuilt tensors on the way from
the parameter to the output; call every registered layer, or drop it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.checks._compare import finite
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 12

_NOISE = 1e-13  # relative to the typical gradient, in float64
_DRAWS = 8


def flow(subject: Subject) -> dict[str, float | None]:
    """Measure the gradient of every parameter, for three random cotangents.

    A loss such as the sum of the outputs is blind behind a softmax or a norm, so the cotangents are
    random. Weights are of ordinary size, because a branch that starts at zero passes no gradient
    on its first step and all later ones.

    Args:
        subject: What is looked at.

    Returns:
        The root mean square of each gradient, over runs with and without the optional inputs;
        None where none arrives; not a number or infinite where it is not finite.
    """
    return subject.line.remember("gradient flow", lambda: _flow(subject))


def _flow(subject: Subject) -> dict[str, float | None]:
    counts = {e["name"]: math.prod(e["shape"]) for e in subject.build(subject.exact)["parameters"]}
    # A table of no rows, such as that of zero register tokens, has nothing to learn.
    learned = [name for name in subject.learned(subject.exact) if counts[name]]
    found: dict[str, float | None] = dict.fromkeys(learned)
    # A few rectified units may all be silent for one draw of weights and inputs, but not for all.
    for draw in range(_DRAWS):
        weights = f"spread {draw}" if draw else "spread"
        cases = [subject.case(seed=draw)]
        if subject.optional:
            cases.append(replace(subject.bare(), seed=cases[0].seed))
        for case in cases:
            shapes = subject.run(case, weights=weights, train=True)
            cotangents = subject.cotangents(shapes, 3)
            run = subject.run(
                case,
                weights=weights,
                train=True,
                seed=draw,  # layers may be left out at random, but not the same ones each time
                cotangents=cotangents,
                wrt=["parameters"],
                brief=True,  # a whole gradient is as large as the module
            )
            for gradients in run.gradients:
                _keep_largest(found, gradients["parameters"])
        if all(found.values()):
            break
    return found


def _keep_largest(found: dict[str, float | None], gradients: Mapping[str, Array | None]) -> None:
    for name, value in gradients.items():
        if value is not None and name in found:
            size = float(np.sqrt(np.mean(value.astype(np.float64) ** 2)))
            found[name] = size if found[name] is None else max(found[name] or 0.0, size)


def check(subject: Subject) -> Decision:
    """Look for parameters whose gradient is missing, zero, not finite or mere rounding noise."""
    if not subject.floating:
        return passed("no output is declared as floating point, so there is nothing to pull back")
    if not subject.learned(subject.exact):
        return passed("the module has no parameter that learns")
    if not any(values.size for values in subject.run(subject.case()).outputs.values()):
        return passed("the declared outputs hold no value, so there is nothing to pull back")
    sizes = flow(subject)
    if not sizes:
        return passed("no parameter holds any value")
    conditions = subject.conditions(subject.case(), mode="train", weights="spread")
    missing = [name for name, size in sizes.items() if size is None]
    dead = [name for name, size in sizes.items() if size == 0.0]
    if missing or dead:
        words = [f"no gradient for {_few(missing)}"] if missing else []
        words += [f"only zeros for {_few(dead)}"] if dead else []
        return failed("; ".join(words), "a gradient for every parameter", conditions)
    broken = [n for n, size in sizes.items() if size is not None and not finite(np.array(size))]
    if broken:
        return failed(f"not finite for {_few(broken)}", "finite gradients", conditions)
    return _noise(subject, sizes, conditions)


def _noise(
    subject: Subject, sizes: dict[str, float | None], conditions: dict[str, Any]
) -> Decision:
    """Tell parameters without influence: a bias may be one, a whole matrix may not."""
    present = [size for size in sizes.values() if size]
    level = _NOISE * float(np.median(present)) if subject.exact == "float64" else 0.0
    silent = [name for name, size in sizes.items() if size is not None and size <= level]
    shapes = {entry["name"]: entry["shape"] for entry in subject.build(subject.exact)["parameters"]}
    matrices = [name for name in silent if len(shapes[name]) > 1]
    if matrices:
        seen = f"only rounding noise for {_few(matrices)}"
        return failed(seen, "an influence of every weight matrix on the output", conditions)
    seen = f"finite gradients for all {len(sizes)} parameters"
    # A shift of all keys before a softmax, or of a channel before a norm, changes nothing.
    return passed(f"{seen}; without influence: {_few(silent)}" if silent else seen, **conditions)


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:6])
    return shown if len(names) <= 6 else f"{shown} and {len(names) - 6} more"
