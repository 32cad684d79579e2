"""Evaluation is repeatable: the same input gives the same output, and inputs stay as they were.

Why: Dropout that stays on in evaluation, noise, a cache that answers for the wrong input and inputs
that are changed in place all give results that nobody can reproduce.
Fix: Make everything random depend on ``self.training``; keep no values of one call for the next;
use operations that return a new tensor on what the caller gave.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer", "loss")
DECIDES = {"deterministic": (LAW,)}
COST = 10


def check(subject: Subject) -> Decision:
    """Repeat, with other random numbers, after another input, and look at the inputs afterwards."""
    case = subject.case()
    conditions = subject.conditions(case, mode="eval", weights="spread")
    inputs = subject.inputs(case)
    first = subject.run(case, echo=True)
    changed = [n for n, values in first.echo.items() if not _same(inputs[n], values)]
    if changed:
        seen = f"the call changed its input {', '.join(changed)}"
        return failed(seen, "inputs that stay as they were", conditions)
    again = subject.run(case, seed=1).outputs
    distance, name = worst(first.outputs, again)
    if distance > subject.repeatable:
        seen = f"{name} differs by {distance:.3g} with other random numbers"
        return failed(seen, "the same output in evaluation", conditions)
    return _after_others(subject, case, first.outputs) or passed(
        "the same with other random numbers and after other inputs", **conditions
    )


def _same(one: Array, other: Array) -> bool:
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))


def _after_others(subject: Subject, case: Case, outputs: Arrays) -> Decision | None:
    """Run other inputs, in training too, and come back without restoring anything."""
    other = subject.case(seed=23)
    between = {"a shorter input": _shorter(subject, case), "another input": other}
    for words, visited in between.items():
        subject.run(visited, inputs=subject.inputs(visited))
        after = subject.run(case, inputs=subject.inputs(case), keep=True).outputs
        distance, name = worst(outputs, after)
        if distance > subject.repeatable:
            return failed(
                f"{name} differs by {distance:.3g} after {words}",
                "an output that does not depend on earlier calls",
                subject.conditions(case, mode="eval", visited=visited.conditions),
            )
    return None


def _shorter(subject: Subject, case: Case) -> Case:
    sizes = {}
    for name, size in subject.spec.sizes.items():
        low, high, step = size.bounds(subject.options)
        smaller = case.sizes[name] - step
        sizes[name] = smaller if smaller >= max(low, 1) else min(case.sizes[name] + step, high)
    return subject.case(sizes)
