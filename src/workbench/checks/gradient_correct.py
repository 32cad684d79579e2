"""The gradient is the derivative of what the module computes.

Why: A custom backward pass, a detached part or an in-place trick can give gradients of the right
shape that point elsewhere; training then works, only worse.
Fix: Compare the backward pass with the formula, term by term. A straight-through estimator breaks
this on purpose: exempt it in the spec, with its reason.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, inconclusive, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 40

_STEPS = (1e-6, 1e-7, 1e-8)
_FINER = (1e-8, 1e-9, 1e-10)  # where many bounded units leave no kink far away
_RELATIVE, _ABSOLUTE = 1e-5, 1e-8
_TRIES = 3


def check(subject: Subject) -> Decision:
    """Compare u . J^T v with (f(x + e u) - f(x - e u)) . v / 2e for one joint random direction.

    One direction u through all parameters and inputs at once costs three pairs of runs, whatever
    the size, and misses nothing that a random direction can miss. It is judged only where the steps
    agree with each other: at a kink they do not.
    """
    if not subject.floating:
        return passed("no output is declared as floating point, so there is no gradient")
    if subject.exact != "float64":
        raise CannotLook("the module does not work in float64, and float32 is too coarse")
    disagreement = ""
    for attempt in range(_TRIES):
        case = subject.case(seed=attempt)
        steps = _FINER if attempt == _TRIES - 1 else _STEPS
        analytic, numeric = _both(subject, case, attempt, steps)
        conditions = subject.conditions(case, mode="train", weights="spread", steps=list(steps))
        scale = _ABSOLUTE + _RELATIVE * max(abs(analytic), *map(abs, numeric))
        if any(abs(value - analytic) <= scale for value in numeric):
            return passed(f"derivative along one random direction {analytic:.8g}", **conditions)
        if max(numeric) - min(numeric) <= scale:
            seen = f"a gradient that gives {analytic:.8g} along a random direction"
            return failed(seen, f"{numeric[1]:.8g}, as finite differences give", conditions)
        disagreement = ", ".join(f"{value:.6g}" for value in numeric)
    return inconclusive(
        f"finite differences disagree with themselves at steps {steps}: {disagreement}",
        **subject.conditions(case),
    )


def _both(
    subject: Subject, case: Case, attempt: int, steps: tuple[float, ...]
) -> tuple[float, list[float]]:
    """Return the derivative by the module's own gradient, and by finite differences."""
    weights = subject.weights("spread", case.dtype)
    inputs = subject.inputs(case)
    cotangent = subject.cotangents(subject.run(case, train=True), 1, salt=attempt)[0]
    run = subject.run(case, train=True, cotangents=[cotangent])
    gradients = run.gradients[0]
    rng = subject.rng(2000 + attempt)
    held = {x.under for x in subject.spec.requires.values() if x.phrase == "detached"}
    along_weights = {n: rng.standard_normal(weights[n].shape) for n in gradients["parameters"]}
    along_inputs = {
        n: rng.standard_normal(inputs[n].shape) * _inside(subject, case, n, inputs[n])
        for n in gradients["inputs"]
        if n not in held
    }
    analytic = 0.0
    for group, directions in (("parameters", along_weights), ("inputs", along_inputs)):
        for name, direction in directions.items():
            value = gradients[group][name]
            analytic += 0.0 if value is None else float(np.vdot(value, direction))
    signed = [sign * step for step in steps for sign in (1, -1)]
    runs = subject.runs(
        case,
        [_moved(inputs, along_inputs, step) for step in signed],
        weights=[_moved(weights, along_weights, step) for step in signed],
        train=True,
    )
    ends = [sum(float(np.vdot(v, run.outputs[n])) for n, v in cotangent.items()) for run in runs]
    pairs = zip(ends[::2], ends[1::2], steps, strict=True)
    return analytic, [(ahead - behind) / (2 * step) for ahead, behind, step in pairs]


def _inside(subject: Subject, case: Case, name: str, values: Array) -> Array:
    """Mark the values of an input that may be moved both ways within its declared range."""
    tensor, names = subject.spec.inputs[name], {**subject.options, **case.sizes}
    inside = np.ones(values.shape, bool)
    if tensor.low is not None:
        inside &= values - max(_STEPS) >= float(tensor.low.value(names))
    if tensor.high is not None:
        inside &= values + max(_STEPS) <= float(tensor.high.value(names))
    return inside


def _moved(values: Arrays, directions: Arrays, step: float) -> Arrays:
    moved = {name: values[name] + step * direction for name, direction in directions.items()}
    return {**values, **moved}
