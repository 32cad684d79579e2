"""Two metrics that are merged give the value of one that saw both parts.

Why: Several processes each see a part of the data. Where merging averages, forgets a state or
takes one side only, the number depends on how many machines were used.
Fix: Add sums and counts, join lists, and do it for every state.
"""

from __future__ import annotations

from workbench.checks import _metric
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("metric",)
DECIDES = {"merges": (LAW,)}
COST = 5

_FAR = 1e-5


def check(subject: Subject) -> Decision:
    """Merge unequal parts, and a metric that saw nothing."""
    if not subject.spec.role("merge"):
        raise CannotLook("no method merges; write 'roles: {merge: name}'")
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    whole = _metric.once(subject, inputs)
    one, other = _metric.parts(subject, inputs, [7])
    merge = {"do": "merge", "slot": 0, "other": 1}
    made = [_metric.NEW, {**_metric.NEW, "slot": 1}, _metric.update(one)]
    both = [*made, {**_metric.update(other), "slot": 1}, merge, _metric.COMPUTE]
    rest = [*made, merge, _metric.update(other), _metric.COMPUTE]
    conditions = subject.conditions(case, parts=[7, case.sizes["batch"] - 7])
    for words, script in (("merged from two", both), ("merged with an empty one", rest)):
        seen = _metric.value(subject, _metric.play(subject, script)[-1])
        if apart(whole, seen) > _FAR:
            return failed(f"{seen} {words}, {whole} in one", "the same value", conditions)
    return passed("the same merged from parts as in one", **conditions)
