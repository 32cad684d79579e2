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
from workbench.checks._inputs import Array, Arrays
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"differentiable": (LAW,), "detached": (LAW,), "straight through": (LAW,)}
COST = 6


def check(subject: Subject) -> Decision:
    """Pull a random cotangent back to the input that the law names, or to all of them."""
    case = subject.case()
    cotangent = subject.cotangents(subject.run(case), 1)[0]
    inputs = subject.inputs(case)
    names = [subject.phrase.under] if subject.phrase.under else []
    through = ""
    if subject.phrase.phrase == "straight through":
        names, through = _pair(inputs, cotangent, names)
        # Another output, such as a commitment loss, may well have a gradient of its own.
        cotangent = {
            name: values if name == through else np.zeros_like(values)
            for name, values in cotangent.items()
        }
    pulled = subject.run(case, cotangents=[cotangent], wrt=["inputs"]).gradients[0]
    found = {**pulled["inputs"], **pulled["lookups"]}
    names = names or list(found)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if not names:
        raise CannotLook("no floating input has a gradient to speak of")
    for name in names:
        gradient = found.get(name)
        problem = _problem(subject.phrase.phrase, name, gradient)
        if not problem and through and gradient is not None:
            problem = _bent(name, gradient, through, cotangent[through])
        if problem:
            return failed(problem, subject.phrase.text, conditions)
    return passed(f"{subject.phrase.phrase}: {', '.join(names)}", **conditions)


def _pair(inputs: Arrays, outputs: Arrays, names: list[str]) -> tuple[list[str], str]:
    """Find an input and the output of its shape, between which a gradient can pass as it is."""
    for name in names or list(inputs):
        for output, values in outputs.items():
            floating = np.issubdtype(inputs[name].dtype, np.floating)
            if floating and inputs[name].shape == values.shape:
                return [name], output
    raise CannotLook("no floating output has the shape of an input to pass a gradient through")


def _problem(phrase: str, name: str, gradient: Array | None) -> str:
    size = 0.0 if gradient is None else float(np.abs(gradient).max(initial=0.0))
    if phrase == "detached":
        return f"a gradient of {size:.3g} reaches {name}" if size else ""
    if not np.isfinite(size) or size == 0.0:
        return f"no finite gradient other than zero reaches {name}"
    return ""


def _bent(name: str, gradient: Array, output: str, cotangent: Array) -> str:
    distance = apart(cotangent, np.asarray(gradient))
    if distance <= 1e-6:
        return ""
    return f"a gradient that is put in at {output} arrives at {name} changed by {distance:.3g}"
