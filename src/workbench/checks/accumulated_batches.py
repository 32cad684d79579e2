"""Accumulating over batches gives the step of one large batch.

Why: Without the division the gradient grows with the number of batches, and with it the effective
learning rate; with a step at the wrong batch, one group is larger than the others.
Fix: Divide the loss by the number of batches in a step before backward, and step after the last
batch of each group: ``if (index + 1) % accumulation == 0``.
"""

from __future__ import annotations

from workbench.checks import _implied, _training
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"accumulation": (NUMBER,)}
COST = 22

_FAR = 1e-3
_GROUPS = 2


def implied(spec: Spec) -> list[str]:
    """Read an option for the number of batches in a step."""
    return _implied.equal(spec, "accumulation", _implied.ACCUMULATION, int)


def check(subject: Subject) -> Decision:
    """Count the batches before each step, and compare with joined batches and no accumulation."""
    line = subject.phrase
    each = int(line.expression.value(subject.spec.options))
    data = _training.data(subject, _GROUPS * each)
    (trace,) = _training.train(subject, _training.Setting(data=data))
    counts = trace.batches_before_steps
    conditions = {"batches": len(data), "accumulation": each}
    if counts != [each] * _GROUPS:
        return failed(f"steps after {counts} batches", f"a step after {each} batches", conditions)
    names = sorted(line.expression.names & subject.spec.options.keys())
    if len(names) != 1:
        return passed(f"a step after {each} batches", **conditions)
    large = [_training.join(data[:each])]
    setting = _training.Setting(data=large, options={names[0]: 1}, weights=trace.before)
    (whole,) = _training.train(subject, setting)
    used, wanted = trace.gradient(0), whole.gradient(0)
    if _training.apart(used, wanted) > _FAR:
        ratio = float(used @ wanted / max(float(wanted @ wanted), 1e-30))
        seen = f"a gradient that is {ratio:.3g} times that of the joined batch"
        if _training.apart(used, ratio * wanted) > 0.05:
            seen = "a gradient in another direction than that of the joined batch"
        return failed(seen, "the gradient of the joined batch", conditions)
    return passed(f"{each} batches give the step of one that is {each} times larger", **conditions)
