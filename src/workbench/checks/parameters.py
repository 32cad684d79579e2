"""The module has exactly as many parameters, and as many that learn, as the spec says.

Why: The count is the cheapest fingerprint of an architecture: a bias too many, a shared layer, a
missing projection or a wrong width all show in one integer that can be predicted before the code.
One that asks for no gradient is counted all the same, and stays as it was drawn.
Fix: Compare the count per layer with the closed form; look for shared or repeated layers, biases,
layers in plain lists, and ``requires_grad=False``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW, NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Requirement

TIER = "live"
KINDS = ()
DECIDES = {
    "parameters": (NUMBER,),
    "learned parameters": (NUMBER,),
    "every parameter learns": (LAW,),
}
COST = 6


def check(subject: Subject) -> Decision:
    """Count at full size without data, and small from the arrays themselves."""
    line = subject.phrase
    full = subject.spec.options
    if not line.comparison:
        return _all_learn(subject, full)
    problem = _compared(line, full, _declared(subject, full), {"options": dict(full)})
    if problem is None and line.expression.names:
        small = subject.options
        problem = _compared(line, small, _held(subject), {"options": dict(small)})
    if problem is not None:
        return problem
    total = sum(_declared(subject, full).values())
    return passed(f"{total:,} {line.phrase}", options=dict(full))


def _all_learn(subject: Subject, full: Mapping[str, Any]) -> Decision:
    every = subject.outline(full, run=False)["parameters"]
    still = [name for name, _, learned in every if not learned]
    conditions = {"options": dict(full)}
    if still:
        return failed(f"no gradient is asked for {', '.join(still[:5])}", "for all", conditions)
    return passed(f"all of {len(every)} parameters learn", **conditions)


def _declared(subject: Subject, options: Mapping[str, Any]) -> dict[str, int]:
    try:
        answer = subject.outline(options, run=False)
    except CannotLook:
        if options != subject.options:
            raise
        return _held(subject)
    every = subject.phrase.phrase == "parameters"
    listed = answer["parameters"]
    return {name: int(np.prod(shape)) for name, shape, learns in listed if every or learns}


def _held(subject: Subject) -> dict[str, int]:
    """Count the numbers that the candidate really handed over."""
    answer, every = subject.build(subject.exact), subject.phrase.phrase == "parameters"
    names = [entry["name"] for entry in answer["parameters"] if every or entry["learned"]]
    return {name: answer["state"][name].size for name in names}


def _compared(
    line: Requirement,
    options: Mapping[str, Any],
    counts: Mapping[str, int],
    conditions: Mapping[str, Any],
) -> Decision | None:
    total, wanted = sum(counts.values()), int(line.expression.value(options))
    holds = {"==": total == wanted, "<=": total <= wanted, ">=": total >= wanted}[line.comparison]
    if holds:
        return None
    largest = sorted(counts, key=lambda name: -counts[name])[:5]
    listed = ", ".join(f"{name} {counts[name]:,}" for name in largest) or "none at all"
    seen = f"{total:,} {line.phrase} ({total - wanted:+,}); the largest: {listed}"
    return failed(seen, f"{line.comparison} {wanted:,}", conditions)
