"""Finds the weights that an equation leaves unnamed: those with which it gives what was seen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook
from workbench.checks._equation import Beside, Unassigned, solve
from workbench.checks._inputs import Array, Arrays
from workbench.spec import Equation

_MOST = 4000  # times that an equation is computed in search of weights


class Fitted:
    """An equation, and which weights stand for ``weights['?name']`` in it.

    Weights are tried in the order in which the equation meets them, and a shape that does not fit
    ends the attempt, so few of all assignments are computed.

    Args:
        equation: The equation.
        far: How far two ways to compute the same may differ.
    """

    def __init__(self, equation: Equation, far: float) -> None:
        self.equation, self.far = equation, far
        self.words = ""
        self._known: list[dict[str, str]] = [{}]
        # What lies inside of a module that the equation calls is no weight of the equation.
        self._inside = re.compile("|".join(_paths(equation)) or "(?!)")

    def nearest(self, names: Mapping[str, Any], beside: Beside, seen: Array) -> Array:
        """Compute the equation with the weights that fit, or with those that come nearest.

        Args:
            names: A value for every name.
            beside: What else the equation can speak of.
            seen: What came out.

        Returns:
            The result.

        Raises:
            CannotLook: It cannot be computed, or there are too many ways to read it.
            NotDrawn: It speaks of random numbers that were not drawn.
        """
        if "weights['?" not in self.equation.text and 'weights["?' not in self.equation.text:
            return solve(self.equation, names, beside)
        near: tuple[float, Array, dict[str, str]] | None = None
        fitting = []
        for result, assigned in self._results(names, beside):
            distance = apart(result, seen.reshape(result.shape) if seen.size == 1 else seen)
            if near is None or distance < near[0]:
                near = distance, result, assigned
            if distance <= self.far:
                fitting.append(assigned)
        if near is None:
            raise CannotLook("no weights have shapes with which the equation can be computed")
        if fitting:
            self._known = fitting
        told = ", ".join(f"{name} for {free}" for free, name in near[2].items())
        self.words = f" with {told}"
        return near[1]

    def _results(
        self, names: Mapping[str, Any], beside: Beside
    ) -> Iterator[tuple[Array, dict[str, str]]]:
        weights: Arrays = names["weights"]
        front = [dict(each) for each in reversed(self._known)]
        looked = 0
        while front:
            assigned = front.pop()
            looked += 1
            if looked > _MOST:
                raise CannotLook("too many weights fit; name some of them as weights['name']")
            mine = {**weights, **{free: weights[name] for free, name in assigned.items()}}
            try:
                result = solve(self.equation, {**names, "weights": mine}, beside)
            except Unassigned as error:
                taken = set(assigned.values())
                left = [n for n in weights if n not in taken and not self._inside.match(n)]
                front += [{**assigned, error.name: name} for name in reversed(left)]
            except CannotLook:
                continue  # these shapes do not fit
            else:
                yield result, assigned


def _paths(equation: Equation) -> Iterator[str]:
    """Give a pattern for the names below each module that an equation calls."""
    for node in ast.walk(equation.tree):
        match node:
            case ast.Call(func=ast.Name(id="module"), args=[ast.Constant(value=str(path)), *_]):
                yield re.escape(path).replace(r"\*", r"[^.]+") + r"\."
