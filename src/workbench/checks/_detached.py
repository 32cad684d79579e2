"""Compares gradients with an equation that says through what nothing flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import Beside, solve
from workbench.checks._inputs import Array
from workbench.checks._subject import Subject
from workbench.spec import Equation

_STEP = 1e-6
_FAR = 1e-4  # of central differences in double precision


def decide(subject: Subject, equation: Equation) -> Decision:
    """Compare the gradient at each input and parameter with differences of the equation.

    What stands within ``detach`` keeps the value that it has without a step.

    Args:
        subject: Whose requirement is decided.
        equation: The equation; its values were compared before.

    Returns:
        passed or failed.

    Raises:
        CannotLook: The equation names outputs, whose own dependence it does not tell.
    """
    if subject.exact != "float64":
        raise CannotLook("gradients are compared in double precision, in which it does not run")
    outputs = set(subject.spec.outputs)
    if equation.names & outputs or subject.phrase.of_part:
        raise CannotLook("with detach an equation speaks of inputs and weights alone, as a whole")
    case = subject.case()
    conditions = subject.conditions(case, mode="eval", weights="spread")
    compared = 0
    for name, seen, wanted in _slopes(subject, equation):
        compared += 1
        if abs(seen - wanted) > _FAR * max(1.0, abs(seen), abs(wanted)):
            return failed(
                f"a slope of {seen:.6g} at {name}",
                f"{wanted:.6g}, as {equation.text} gives",
                conditions,
            )
    return passed(f"values and gradients as the equation gives, at {compared} places", **conditions)


def _slopes(subject: Subject, equation: Equation) -> Iterator[tuple[str, float, float]]:
    """Yield for each input and parameter the slope along one direction, seen and wanted."""
    case = subject.case()
    groups = {"inputs": subject.inputs(case), "parameters": subject.weights("spread", case.dtype)}
    of = subject.phrase.of or next(iter(subject.spec.outputs))
    rng = subject.rng(79)
    beside = Beside()

    def solved(group: str = "", name: str = "", step: Any = 0.0) -> Array:
        moved = {each: dict(values) for each, values in groups.items()}
        if group:
            moved[group][name] = moved[group][name] + step
        known = {**subject.options, **case.sizes, **moved["inputs"]}
        return solve(equation, {**known, "weights": moved["parameters"]}, beside)

    pulled = rng.standard_normal(solved().shape)
    run = subject.run(case, inputs=groups["inputs"], cotangents=[{of: pulled}])
    for group, values in groups.items():
        for name, gradient in run.gradients[0][group].items():
            if values[name].dtype.kind != "f":
                continue
            along = rng.standard_normal(values[name].shape)
            ends = [(solved(group, name, step * along) * pulled).sum() for step in (_STEP, -_STEP)]
            wanted = float((ends[0] - ends[1]) / (2 * _STEP))
            seen = 0.0 if gradient is None else float((gradient * along).sum())
            yield name, seen, wanted
