"""Gradients reach an input, stop before it, or pass straight through, as the spec says.

Why: A detached branch learns from half of what it should; a target network that is not detached
chases itself; a rounding without a straight-through estimator has no gradient at all.
Fix: ``detach`` what is declared detached and nothing else; ``x + (hard - x).detach()`` passes
gradients straight through.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"differentiable": (LAW,), "detached": (LAW,), "straight through": (LAW,)}
COST = 6


def check(subject: Subject) -> Decision:
    """Pull a random cotangent back to the input that the law names, or to all of them."""
    case = subject.case()
    run = subject.run(case)
    cotangent = subject.cotangents(run, 1)[0]
    pulled = subject.run(case, cotangents=[cotangent], wrt=["inputs"]).gradients[0]
    found = {**pulled["inputs"], **pulled["lookups"]}
    names = [subject.phrase.under] if subject.phrase.under else list(found)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if not names:
        raise CannotLook("no floating input has a gradient to speak of")
    for name in names:
        gradient = found.get(name)
        problem = _problem(subject.phrase.phrase, name, gradient, next(iter(cotangent.values())))
        if problem:
            return failed(problem, subject.phrase.text, conditions)
    return passed(f"{subject.phrase.phrase}: {', '.join(names)}", **conditions)


def _problem(phrase: str, name: str, gradient: Array | None, cotangent: Array) -> str:
    size = 0.0 if gradient is None else float(np.abs(gradient).max(initial=0.0))
    if phrase == "detached":
        return f"a gradient of {size:.3g} reaches {name}" if size else ""
    if not np.isfinite(size) or size == 0.0:
        return f"no finite gradient other than zero reaches {name}"
    straight = phrase == "straight through" and gradient is not None
    if straight and apart(cotangent, np.asarray(gradient)) > 1e-6:
        return f"the gradient of {name} is not that of the output"
    return ""
