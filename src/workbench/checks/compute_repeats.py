"""Computing changes nothing: twice gives the same, and updates may go on afterwards.

Why: A value is shown during the epoch and once more at its end. Where compute divides its state in
place, sorts it or clears it, the second number is another one.
Fix: Let compute read its states and never write them.
"""

from __future__ import annotations

from workbench.checks import _metric
from workbench.checks._compare import apart
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 4

_FAR = 1e-6


def check(subject: Subject) -> Decision:
    """Compute twice, and in the middle of the updates."""
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    first, second = (_metric.update(part) for part in _metric.parts(subject, inputs, [9]))
    straight = [_metric.NEW, first, second, _metric.COMPUTE]
    whole = _metric.value(subject, _metric.play(subject, straight)[-1])
    script = [_metric.NEW, first, _metric.COMPUTE, second, _metric.COMPUTE, _metric.COMPUTE]
    *_, once, twice = _metric.play(subject, script)
    conditions = subject.conditions(case)
    one, other = _metric.value(subject, once), _metric.value(subject, twice)
    if apart(one, other) > _FAR:
        return failed(f"{one}, and {other} when asked again", "the same value", conditions)
    if apart(whole, one) > _FAR:
        seen = f"{one} where it was computed on the way, {whole} otherwise"
        return failed(seen, "the same value", conditions)
    return passed("the same when asked again and on the way", **conditions)
