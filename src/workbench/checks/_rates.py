"""Compares the learning rates of a training loop with an equation over its steps."""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import solve
from workbench.checks._subject import Subject
from workbench.spec import RATE_NAMES, Equation

_RATE = 0.08
_EPOCHS, _STEPS = 4, 3
_FAR = 1e-5


def decide(subject: Subject, equation: Equation) -> Decision:
    """Read the rate of every optimizer step, without a scheduler that is handed in."""
    if subject.phrase.of != "learning_rate":
        raise CannotLook(
            "of a training loop an equation gives the rate: 'learning_rate equals ...'"
        )
    each = _training.steps_of(subject, "accumulation")
    data = _training.data(subject, _STEPS * each)
    setting = _training.Setting(data=data, epochs=_EPOCHS, rate=_RATE, without=("schedule",))
    (trace,) = _training.train(subject, setting)
    seen = [float(step["rates"][0]) for step in trace.steps]
    if len(seen) != _EPOCHS * _STEPS:
        raise CannotLook(f"{len(seen)} optimizer steps in {_EPOCHS} epochs of {_STEPS}")
    counts = dict.fromkeys(RATE_NAMES, 0) | {"steps": len(seen), "steps_per_epoch": _STEPS}
    known = {**subject.spec.options, **counts, "rate": _RATE}
    if name := subject.spec.roles.get("epochs"):
        known[name] = _EPOCHS
    wanted = [
        float(solve(equation, {**known, "step": at, "epoch": at // _STEPS}))
        for at in range(len(seen))
    ]
    conditions = {"epochs": _EPOCHS, "steps": _STEPS, "batches": len(data), "rate": _RATE}
    for at, (one, other) in enumerate(zip(seen, wanted, strict=True)):
        if not np.isclose(one, other, rtol=_FAR, atol=_FAR * _RATE):
            expected = f"{other:.6g}, as {equation.text} gives"
            return failed(f"a learning rate of {one:.6g} at step {at}", expected, conditions)
    return passed(f"the learning rate of {len(seen)} steps as the equation gives", **conditions)
