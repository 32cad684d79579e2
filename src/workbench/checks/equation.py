"""The output equals the reference equation of the contract, number for number.

Why: A wrong sign, a forgotten factor, a mean over the wrong axis or a base of the wrong logarithm
gives a number of the right shape, and training on it goes on.
Fix: Compare term by term with the equation: signs, axes, what a mean divides by, which elements are
left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from workbench.checks import _dataset, _loss
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import solve
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._metric import once
from workbench.checks._requirement import EQUATION
from workbench.checks._subject import Subject
from workbench.spec import Equation

TIER = "live"
KINDS = ()
FITS = ("model", "layer", "loss", "metric")
DECIDES = {"equals": (EQUATION,)}
COST = 6

_FAR = 1e-6  # two ways to compute the same in double precision, with room for an epsilon
_FAR_ITEM = 1e-5  # items are in single precision
_DRAWS = 3
_SETS = 6


def check(subject: Subject) -> Decision:
    """Compute the equation with numpy for several inputs, and compare."""
    equation = subject.phrase.equation
    if equation is None:
        raise CannotLook("the requirement holds no equation")
    if subject.spec.kind == "training":
        raise CannotLook("a training loop gives no value that an equation could describe")
    if subject.spec.kind == "dataset":
        return _items(subject, equation)
    exact = subject.exact if subject.spec.kind != "metric" else "float64"
    far = _FAR if exact == "float64" else 1e-4
    tried = 0
    for case, inputs in _situations(subject, exact):
        names = {**subject.options, **case.sizes, **_beside(subject, case, inputs), **inputs}
        if equation.names & set(subject.optional) - inputs.keys():
            continue  # an optional input is absent that the equation speaks of
        expected = solve(equation, names)
        if not np.all(np.isfinite(expected)):
            continue  # `finite` and the laws decide what happens there
        seen = _seen(subject, case, inputs)
        tried += 1
        distance = apart(expected, seen.reshape(expected.shape) if seen.size == 1 else seen)
        if distance > far:
            return failed(
                _words(seen, expected),
                f"{_shown(expected)}, as {equation.text} gives",
                subject.conditions(case, mode="eval", distance=distance),
            )
    if not tried:
        raise CannotLook("the equation is finite at no input that was tried")
    return passed(f"as the equation gives, for {tried} inputs")


def _items(subject: Subject, equation: Equation) -> Decision:
    """Compare a part of every item; the equation knows all data, and which item it is."""
    data = _dataset.given(subject)
    count = _dataset.length(subject, data)
    part = subject.phrase.of or _dataset.first(subject)
    for index, values in enumerate(_dataset.items(subject, data, count)):
        if part not in values:
            raise CannotLook(f"item {index} has no {part!r}; see `item_types`")
        known = _dataset.names(subject, data, index)
        expected = solve(equation, {**known, **data.inputs, "item": index})
        seen = values[part].astype(np.float64)
        seen = seen.reshape(expected.shape) if seen.size == expected.size else seen
        if apart(expected, seen) > _FAR_ITEM:  # the shape is for `item_types`
            return failed(
                f"item {index}: {part} is {_words(values[part], expected)}",
                f"{_shown(expected)}, as {equation.text} gives",
                {"items": data.count, "index": index},
            )
    return passed(f"as the equation gives, for {count} items")


def _beside(subject: Subject, case: Case, inputs: Arrays) -> dict[str, Any]:
    """Give the equation of a model the weights in use, by their names, and all its outputs."""
    if subject.spec.kind not in ("model", "layer"):
        return {}
    outputs = subject.run(case, inputs=inputs).outputs
    return {"weights": subject.weights("spread", case.dtype), **outputs}


def _seen(subject: Subject, case: Case, inputs: Arrays) -> Array:
    if subject.spec.kind == "metric":
        return once(subject, inputs)
    if subject.phrase.of:
        outputs = subject.run(case, inputs=inputs).outputs
        return np.asarray(outputs[subject.phrase.of]).astype(np.float64)
    return _loss.value(subject, case, inputs)


def _situations(subject: Subject, exact: str) -> list[tuple[Case, Arrays]]:
    if subject.spec.kind == "metric":
        usual = subject.case(dtype="float32")
        cases = [replace(usual, dtype=exact, seed=usual.seed + draw) for draw in range(_DRAWS)]
    else:
        cases = [subject.case(seed=draw) for draw in range(_DRAWS)]
        cases += [replace(case, dtype=exact) for case in subject.tried()[:_SETS]]
    found = [(case, subject.inputs(case)) for case in cases]
    for line in subject.spec.requires.values():
        if line.phrase == "ignored targets":
            number = int(line.expression.value(subject.options))
            case, inputs = found[0]
            name = _loss.part(subject, "target")
            flat = inputs[name].copy()
            flat.reshape(-1)[::3] = number
            found.append((case, {**inputs, name: flat}))
    return found


def _words(seen: Array, expected: Array) -> str:
    if seen.size > 1 and seen.shape != expected.shape:
        return f"an output of shape {seen.shape}"
    return _shown(seen)


def _shown(values: Array) -> str:
    flat = [f"{number:.7g}" for number in values.reshape(-1)[:4].astype(np.float64)]
    shape = f" of shape {values.shape}" if values.ndim else ""
    return ", ".join(flat) + (" ..." if values.size > 4 else "") + shape
