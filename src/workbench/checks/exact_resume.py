"""Training that was stopped and resumed ends bit for bit where training without a stop ends.

Why: A checkpoint without the optimizer's momentum, the schedule's place or the state of the random
numbers gives another model after each interruption, and no curve shows it.
Fix: Save and load model, optimizer, scheduler, scaler, the number of finished epochs and the random
number generators; load before the first step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "full"
KINDS = ()
FITS = ("training",)
DECIDES = {"exact resume": (LAW,)}
COST = 60

_EPOCHS = 4


def implied(spec: Spec) -> list[str]:
    """Whatever has a checkpoint goes on from it."""
    roles = spec.roles
    saves = "checkpoint" in roles or ("save" in roles and "load" in roles)
    return ["exact resume"] if saves else []


def check(subject: Subject) -> Decision:
    """Train four epochs, and two and two with new objects, a new seed and other weights."""
    roles = subject.spec.roles
    both = "save" in roles and "load" in roles
    if not both and "checkpoint" not in roles:
        raise CannotLook("nothing saves; write the roles checkpoint, or save and load")
    data = _training.data(subject, 2 * _training.steps_of(subject, "accumulation"))
    noisy: dict[str, Any] = {"data": data, "dropout": 0.3, "shuffle": True, "momentum": 0.9}
    later = _EPOCHS // 2 if both and "epochs" not in roles else _EPOCHS
    first = {"path": "stopped", "save": "stopped"} if both else {"path": "stopped"}
    then = {"path": "stopped", "load": "stopped"} if both else {"path": "stopped"}
    whole, again, half, rest = _training.train(
        subject,
        _training.Setting(**noisy, epochs=_EPOCHS, more={"path": "whole"}),
        _training.Setting(**noisy, epochs=_EPOCHS, more={"path": "again"}),
        _training.Setting(**noisy, epochs=_EPOCHS // 2, more=first),
        _training.Setting(**noisy, epochs=later, more=then, seed=77),
    )
    conditions = {"epochs": _EPOCHS, "stopped_after": _EPOCHS // 2, "seed": 0, "other_seed": 77}
    steps = len(half.steps) + len(rest.steps)
    if steps != len(whole.steps):
        seen = f"{len(half.steps)} and {len(rest.steps)} optimizer steps"
        return failed(seen, f"{len(whole.steps)} in all, as without a stop", conditions)
    if not np.array_equal(rest.after, whole.after):
        return failed(_words(whole, half, rest), "the same parameters bit for bit", conditions)
    problem = _beside(whole, again, rest)
    if problem:
        return failed(problem, "the same as without a stop", conditions)
    return passed(f"the same parameters after {steps} steps", **conditions)


def _beside(whole: _training.Trace, again: _training.Trace, rest: _training.Trace) -> str:
    """Say what else differs: an average of the weights, or numbers that are given back."""
    kept = [np.zeros(0) if each.average is None else each.average for each in (whole, again, rest)]
    if np.array_equal(kept[0], kept[1]) and not np.array_equal(kept[0], kept[2]):
        return "the same parameters, but another average of them"
    new = [v for v in rest.returned if math.isfinite(v) and v != int(v) and v not in whole.returned]
    if new and list(whole.returned) == list(again.returned):
        return f"the same parameters, but {new[0]:.7g} is given back, which was not without a stop"
    return ""


def _words(whole: _training.Trace, half: _training.Trace, rest: _training.Trace) -> str:
    """Tell what differs first: the weights, the batches, the rates or the rest."""
    start = len(half.steps)
    far = float(np.max(np.abs(rest.after - whole.after)))
    if not np.array_equal(rest.steps[0]["before"], whole.steps[start]["before"]):
        return f"the first step after the stop begins with other weights; {far:.3g} at the end"
    if rest.steps[0]["rates"] != whole.steps[start]["rates"]:
        rates = f"{rest.steps[0]['rates']} for {whole.steps[start]['rates']}"
        return f"the first step after the stop has other learning rates, {rates}"
    if not np.array_equal(rest.gradient(0), whole.gradient(start)):
        return f"the first step after the stop has another gradient; {far:.3g} at the end"
    return f"the first step is the same, the parameters then differ by up to {far:.3g}"
