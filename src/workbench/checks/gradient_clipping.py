"""Gradients are clipped to the declared norm, and the optimizer gets the clipped ones.

Why: Clipping after the step does nothing; clipping before the gradients are unscaled clips numbers
that are thousands of times too large, and all that is left is their direction.
Fix: backward, then ``scaler.unscale_(optimizer)`` where there is a scaler, then clip, then step.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _implied, _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"gradient norm": (NUMBER,)}
COST = 23

_FAR = 2e-3


def implied(spec: Spec) -> list[str]:
    """Read an option for the largest norm."""
    name = _implied.option(spec, _implied.LIMIT, int, float)
    return [f"gradient norm <= {name}"] if name else []


def check(subject: Subject) -> Decision:
    """Compare a free gradient with what the optimizer gets at a third of its norm, and at more."""
    line = subject.phrase
    data = _training.data(subject, _training.steps_of(subject, "accumulation"))
    names = sorted(line.expression.names & subject.spec.options.keys())
    if len(names) != 1:
        return _limit(subject, data)
    free, declared = _training.train(
        subject,
        _training.Setting(data=data, options=_training.unclipped(subject)),
        _training.Setting(data=data),
    )
    gradient = free.gradient(0)
    norm = float(np.linalg.norm(gradient))
    for share in (1 / 3, 3.0):
        setting = _training.Setting(data=data, options={names[0]: share * norm})
        (trace,) = _training.train(subject, setting)
        wanted = min(1.0, share) * gradient
        used = trace.gradient(0)
        conditions = {"norm": norm, "limit": share * norm}
        if _training.apart(used, wanted) > _FAR:
            words = f"a norm of {np.linalg.norm(used):.4g} in the step, {norm:.4g} without clipping"
            return failed(words, f"{np.linalg.norm(wanted):.4g}, clipped once", conditions)
    seen = float(np.linalg.norm(declared.gradient(0)))
    return passed(f"clipped where it is larger, left alone where it is not; now {seen:.4g}")


def _limit(subject: Subject, data: list[Arrays]) -> Decision:
    """Look at the norms alone, where no option can be varied."""
    limit = float(subject.phrase.expression.value(subject.spec.options))
    setting = _training.Setting(data=data, epochs=4)
    (trace,) = _training.train(subject, setting)
    norms = [float(np.linalg.norm(trace.gradient(at))) for at in range(len(trace.steps))]
    largest = max(norms, default=0.0)
    if largest > limit * (1 + _FAR):
        return failed(f"a norm of {largest:.4g}", f"at most {limit:g}", {"steps": len(norms)})
    return passed(f"norms up to {largest:.4g} in {len(norms)} steps")
