"""The learning rate changes in the declared unit, and the first step has the first rate.

Why: A schedule that was made for epochs and is stepped with every batch is over before the first
epoch ends; one that is stepped before the optimizer skips its first value.
Fix: Call ``scheduler.step()`` after ``optimizer.step()``: once for each optimizer step, or once at
the end of each epoch, as the contract says; with accumulation, not at every batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import word
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"schedule per": ("step", "epoch", "either")}
COST = 24

_RATE = 0.08
_EPOCHS, _STEPS = 3, 2


def implied(spec: Spec) -> list[str]:
    """A scheduler is stepped: once for each step, or once for each epoch."""
    return ["schedule per == either"] if "schedule" in spec.roles else []


def check(subject: Subject) -> Decision:
    """Read the learning rate at every optimizer step."""
    each = _training.steps_of(subject, "accumulation")
    data = _training.data(subject, _STEPS * each)
    setting = _training.Setting(data=data, epochs=_EPOCHS, rate=_RATE)
    (trace,) = _training.train(subject, setting)
    rates = [step["rates"][0] for step in trace.steps]
    if len(rates) != _EPOCHS * _STEPS:
        raise CannotLook(f"{len(rates)} optimizer steps in {_EPOCHS} epochs of {_STEPS}")
    conditions = {"epochs": _EPOCHS, "steps": _STEPS, "batches": len(data)}
    if "schedule" in subject.spec.roles:
        units = {"step": range(len(rates)), "epoch": _epochs(len(rates))}
        asked = units if word(subject) == "either" else (word(subject),)
        ways = [[_RATE / (1 + 0.5 * count) for count in units[unit]] for unit in asked]
        holds = any(np.allclose(rates, wanted, rtol=1e-6) for wanted in ways)
        expected = f"{' or '.join(map(_listed, ways))}, once for each {' or '.join(asked)}"
    else:
        inside = [rates[at] != rates[at + 1] for at in range(0, len(rates), _STEPS)]
        between = [rates[at - 1] != rates[at] for at in range(_STEPS, len(rates), _STEPS)]
        holds = any(inside) if word(subject) == "step" else any(between) and not any(inside)
        expected = f"a rate that changes with each {word(subject)}"
    if not holds:
        return failed(f"rates {_listed(rates)}", expected, conditions)
    return passed(f"rates {_listed(rates)}", **conditions)


def _epochs(count: int) -> list[int]:
    return [at // _STEPS for at in range(count)]


def _listed(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:.4g}" for rate in rates)
