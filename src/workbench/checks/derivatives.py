"""Derivatives agree in both modes, and exist as often as the spec says.

Why: A custom function with only one of both rules, or a backward pass that is not differentiable
itself, breaks forward mode, penalties on gradients, meta-learning and second-order methods, late.
Fix: Write ``jvp`` beside ``backward``; build the backward pass of operations that have a
derivative; do not use ``once_differentiable``.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, inconclusive, passed
from workbench.checks._inputs import Arrays
from workbench.checks._line import Answer
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ()
DECIDES = {"forward mode agrees": (LAW,), "twice differentiable": (LAW,)}
COST = 30

_FAR = 1e-6


def check(subject: Subject) -> Decision:
    """Compare both modes, or the second derivative with differences of the first."""
    if subject.exact != "float64":
        raise CannotLook("the module does not work in float64, and float32 is too coarse")
    case = subject.case()
    run = subject.run(case)
    cotangent = subject.cotangents(run, 1)[0]
    inputs, rng = subject.inputs(case), subject.rng(3000)
    weights = subject.weights("spread", case.dtype)
    along: dict[str, Arrays] = {
        "parameters": {n: rng.standard_normal(weights[n].shape) for n in subject.learned()},
        "inputs": {
            n: rng.standard_normal(v.shape) for n, v in inputs.items() if v.dtype.kind == "f"
        },
    }
    conditions = subject.conditions(case, mode="eval", weights="spread")
    order = 1 if subject.phrase.phrase == "forward mode agrees" else 2
    try:
        answer = subject.derivatives(case, cotangent, along, order)
    except CandidateRaised as error:
        if (
            "not implemented" in error.message.lower()
            and "forward" in error.message.lower()
            and not _own(error)
        ):
            raise CannotLook(
                f"an operator of the framework has no forward mode: {error}"
            ) from error
        return failed(
            f"{error.kind}: {error.message}", subject.phrase.text, conditions, where=error.where
        )
    if order == 1:
        forward, reverse = float(answer["forward"]), float(answer["reverse"])
        if abs(forward - reverse) <= _FAR * max(1.0, abs(reverse)):
            return passed(f"both modes give {reverse:.8g}", **conditions)
        return failed(
            f"forward mode gives {forward:.8g}", f"{reverse:.8g}, as reverse mode", conditions
        )
    return _second(answer, conditions)


def _own(error: CandidateRaised) -> bool:
    return "custom" in error.message.lower() or "jvp" in error.message.lower()


def _second(answer: Answer, conditions: dict[str, object]) -> Decision:
    exact, differences = float(answer["second"]), [float(v) for v in answer["differences"]]
    scale = 1e-7 + 1e-4 * max(abs(exact), *map(abs, differences))
    if any(abs(exact - each) <= scale for each in differences):
        return passed(f"a second derivative of {exact:.8g}", **conditions)
    if max(differences) - min(differences) <= scale:
        words = f"{differences[0]:.8g}, as differences of the gradient give"
        return failed(f"a second derivative of {exact:.8g}", words, conditions)
    return inconclusive(f"differences disagree with themselves: {differences}", **conditions)
