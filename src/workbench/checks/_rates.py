"""Compares what a training loop does at each step with an equation: its rate, how it averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import solve
from workbench.checks._subject import Subject
from workbench.spec import RATE_NAMES, Equation

_RATE = 0.08
_EPOCHS, _STEPS = 4, 3
_FAR = 1e-5
_FAR_AVERAGE = 1e-3  # of how far the weights move, in single precision


def decide(subject: Subject, equation: Equation) -> Decision:
    """Compare the learning rates, or an average of the weights, over some epochs."""
    of = subject.phrase.of
    if of not in ("learning_rate", "average_decay"):
        raise CannotLook("write 'learning_rate equals ...' or 'average_decay equals ...'")
    each = _training.steps_of(subject, "accumulation")
    data = _training.data(subject, _STEPS * each)
    without = ("schedule",) if of == "learning_rate" else ()
    setting = _training.Setting(data=data, epochs=_EPOCHS, rate=_RATE, without=without)
    (trace,) = _training.train(subject, setting)
    if len(trace.steps) != _EPOCHS * _STEPS:
        raise CannotLook(f"{len(trace.steps)} optimizer steps in {_EPOCHS} epochs of {_STEPS}")
    wanted = _solved(subject, equation, len(trace.steps))
    conditions = {"epochs": _EPOCHS, "steps": _STEPS, "batches": len(data), "rate": _RATE}
    if of == "average_decay":
        return _averaged(trace, wanted, equation, conditions)
    for at, (step, other) in enumerate(zip(trace.steps, wanted, strict=True)):
        one = float(step["rates"][0])
        if not np.isclose(one, other, rtol=_FAR, atol=_FAR * _RATE):
            expected = f"{other:.6g}, as {equation.text} gives"
            return failed(f"a learning rate of {one:.6g} at step {at}", expected, conditions)
    return passed(f"the learning rate of {len(wanted)} steps as the equation gives", **conditions)


def _solved(subject: Subject, equation: Equation, count: int) -> list[float]:
    """Compute the equation for every step."""
    counts = dict.fromkeys(RATE_NAMES, 0) | {"steps": count, "steps_per_epoch": _STEPS}
    known = {**subject.spec.options, **counts, "rate": _RATE}
    if name := subject.spec.roles.get("epochs"):
        known[name] = _EPOCHS
    return [
        float(solve(equation, {**known, "step": at, "epoch": at // _STEPS})) for at in range(count)
    ]


def _averaged(
    trace: _training.Trace, decays: list[float], equation: Equation, conditions: Mapping[str, Any]
) -> Decision:
    """Follow the weights from step to step, and compare with the average at the end."""
    if trace.average is None:
        raise CannotLook(
            "no average of the weights was found in what is returned or kept; give back a module "
            "or a state, or write the role average"
        )
    after = [*(step["before"] for step in trace.steps[1:]), trace.after]
    wanted = np.asarray(trace.before, np.float64)
    for decay, weights in zip(decays, after, strict=True):
        wanted = decay * wanted + (1 - decay) * np.asarray(weights, np.float64)
    moved = max(float(np.abs(np.asarray(trace.after) - trace.before).max()), 1e-12)
    off = float(np.abs(trace.average - wanted).max()) / moved
    if off > _FAR_AVERAGE:
        seen = f"an average that is {off:.3g} of all that the weights moved away"
        return failed(seen, f"the average with a decay of {equation.text}", conditions)
    return passed(f"the average of {len(decays)} steps as the equation gives", **conditions)
