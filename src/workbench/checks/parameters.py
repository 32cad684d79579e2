"""The module has exactly as many parameters as the spec says.

Why: The count is the cheapest fingerprint of an architecture: a bias too many, a shared layer, a
missing projection or a wrong width all show in one integer that can be predicted before the code.
Fix: Compare the count per layer with the closed form; look for shared or repeated layers, biases,
and layers in plain lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Requirement

TIER = "live"
KINDS = ()
DECIDES = {"parameters": (NUMBER,)}
COST = 6


def check(subject: Subject) -> Decision:
    """Count at full size without data, and small from the arrays themselves."""
    line = subject.phrase
    full = subject.spec.options
    problem = _compared(line, full, _declared(subject, full), {"options": dict(full)})
    if problem is None and line.expression.names:
        small = subject.options
        problem = _compared(line, small, _held(subject), {"options": dict(small)})
    if problem is not None:
        return problem
    total = sum(_declared(subject, full).values())
    return passed(f"{total:,} parameters", options=dict(full))


def _declared(subject: Subject, options: Mapping[str, Any]) -> dict[str, int]:
    try:
        answer = subject.outline(options, run=False)
    except CannotLook:
        if options != subject.options:
            raise
        return _held(subject)
    return {name: int(np.prod(shape)) for name, shape, _ in answer["parameters"]}


def _held(subject: Subject) -> dict[str, int]:
    """Count the numbers that the candidate really handed over."""
    answer = subject.build(subject.exact)
    return {entry["name"]: answer["state"][entry["name"]].size for entry in answer["parameters"]}


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
    seen = f"{total:,} parameters ({total - wanted:+,}); the largest: {listed}"
    return failed(seen, f"{line.comparison} {wanted:,}", conditions)
