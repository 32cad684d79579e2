"""Computes a reference equation with numpy, in double precision."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._functions import FUNCTIONS
from workbench.checks._implied import EPSILON
from workbench.checks._inputs import Array
from workbench.errors import nearest
from workbench.laws import Unsuited
from workbench.spec import CHANCE, Equation

_LARGEST = 20_000_000  # elements of one intermediate result

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
    ast.MatMult: np.matmul,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
}
_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: np.logical_not,
}


# How many arguments of a norm stand before its epsilon.
_EPSILON_AT = {"layer_norm": 3, "rms_norm": 2, "group_norm": 4, "batch_norm": 5}


class NotDrawn(Exception):
    """The run drew no random numbers of the kind and shape that the equation speaks of."""


class Unassigned(Exception):
    """A weight that may be any one is met that nothing stands for yet.

    Args:
        name: What the equation calls it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Choice:
    """What an equation leaves to chance at one place.

    Args:
        place: Where it stands in the text.
        words: The call.
        count: Of how many alternatives one is taken; 0 for a number.
        low: The least number.
        high: The largest number.
        share: How often the first of two alternatives is taken, where that is said.
    """

    place: tuple[int, int]
    words: str
    count: int = 0
    low: float = 0.0
    high: float = 0.0
    share: float | None = None


class Undecided(CannotLook):
    """An equation leaves something to chance, and nothing says how it came out.

    Args:
        choice: What is left.
    """

    def __init__(self, choice: Choice) -> None:
        super().__init__(f"only an item of a data set can be {choice.words}")
        self.choice = choice


@dataclass
class Beside:
    """What an equation can speak of besides names.

    Args:
        module: Calls a module inside of the draft by its path.
        draws: Random numbers that the run drew: their kind and their values, in order.
        held: Values through which nothing flows, by their place in the text; they are filled in
            where they are computed first, and taken from here afterwards.
        chosen: How what is left to chance came out, by its place in the text.
    """

    module: Callable[[str, list[Array]], Array] | None = None
    draws: Sequence[tuple[str, Array]] = ()
    held: dict[tuple[int, int], Any] = field(default_factory=dict)
    chosen: Mapping[tuple[int, int], float] = field(default_factory=dict)


def solve(equation: Equation, names: Mapping[str, Any], beside: Beside | None = None) -> Array:
    """Compute an equation.

    Args:
        equation: The equation.
        names: A value for every name: arrays for inputs, plain values for options and sizes.
        beside: What else it can speak of.

    Returns:
        The result, as an array of float64 or of integers or booleans.

    Raises:
        CannotLook: The equation cannot be computed with these values.
        NotDrawn: It speaks of random numbers that were not drawn.
        Unassigned: It speaks of a weight ``?name`` that is not among the weights.
        Undecided: It leaves something to chance that nothing decides.
    """
    given = {name: _given(value) for name, value in names.items()}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is no number
            return np.asarray(_Solver(given, beside or Beside()).value(equation.tree))
    except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError, Unsuited) as error:
        raise CannotLook(f"the equation {equation.text!r} cannot be computed: {error}") from error


def _given(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    return np.asarray(value, np.float64) if isinstance(value, list) else value


class _Solver:
    """Walks an equation by hand.

    Args:
        names: A value for every name.
        beside: What else it can speak of.
    """

    def __init__(self, names: dict[str, Any], beside: Beside) -> None:
        self._names, self._beside = names, beside
        self._left = list(beside.draws)

    def value(self, node: ast.AST) -> Any:
        """Compute one part."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._names[name]
            case ast.NamedExpr(target=ast.Name(id=name)):
                self._names[name] = self.value(node.value)
                return self._names[name]
            case ast.IfExp():
                return self.value(node.body if self.value(node.test) else node.orelse)
            case ast.Tuple(elts=parts):  # several axes at once
                return tuple(self.value(part) for part in parts)
            case ast.Subscript(value=ast.Name(id="weights"), slice=ast.Constant(value=str(name))):
                return self._weight(name)
            case ast.Subscript():
                return np.asarray(self.value(node.value))[self._index(node.slice)]
            case ast.Call(func=ast.Name(id=name)):
                return _bounded(self._call(name, node))
            case ast.UnaryOp(op=op):
                return _UNARY[type(op)](self.value(node.operand))
            case ast.BinOp(op=op):
                return _two(op, self.value(node.left), self.value(node.right))
            case ast.BoolOp(op=op, values=values):
                first, *rest = (self.value(part) for part in values)
                for value in rest:
                    first = _BINARY[type(op)](first, value)
                return first
            case ast.Compare(left=left, ops=ops, comparators=[right]):
                return _two(ops[0], self.value(left), self.value(right))
        raise ValueError(f"{ast.unparse(node)} has no meaning here")

    def _weight(self, name: str) -> Any:
        known = self._names["weights"]
        if "*" in name:
            return _stacked(name, known)
        if name not in known:
            if name.startswith("?"):
                raise Unassigned(name)
            raise LookupError(f"there is no weight {name!r}: {nearest(name, known)}")
        return known[name]

    def _epsilon(self) -> dict[str, float]:
        """Give norms the epsilon of the one option that is called so."""
        floats = ((n, v) for n, v in self._names.items() if isinstance(v, float))
        found = [value for name, value in floats if re.fullmatch(EPSILON, name.lower())]
        return {"eps": found[0]} if len(found) == 1 else {}

    def _index(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self._index(part) for part in node.elts)
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return slice(*(None if end is None else self.value(end) for end in ends))
        return self.value(node)

    def _call(self, name: str, node: ast.Call) -> Any:
        place = (node.lineno, node.col_offset)
        if name == "detach" and place in self._beside.held:
            return self._beside.held[place]
        if name in CHANCE:
            return self._by_chance(name, node)
        arguments = [self.value(part) for part in node.args]
        named = {str(part.arg): self.value(part.value) for part in node.keywords}
        if "eps" not in named and len(arguments) <= _EPSILON_AT.get(name, -1):
            named |= self._epsilon()
        if name == "detach":
            return self._beside.held.setdefault(place, *arguments)
        if name in ("normal", "uniform"):
            return self._drawn(name, *arguments)
        if name == "module":
            if self._beside.module is None:
                raise ValueError("there are no modules inside")
            path, *inputs = arguments
            return self._beside.module(path, [np.asarray(each) for each in inputs])
        return FUNCTIONS[name](*arguments, **named)

    def _by_chance(self, name: str, node: ast.Call) -> Any:
        """Take the alternative or the number that was decided on; no other one is computed."""
        place, words = (node.lineno, node.col_offset), ast.unparse(node)
        if name in ("one_of", "sometimes"):
            alternatives = node.args[name == "sometimes" :]
            share = float(self.value(node.args[0])) if name == "sometimes" else None
            choice = Choice(place, words, count=len(alternatives), share=share)
        else:
            low, high = (float(self.value(part)) for part in node.args)
            count = int(high - low) + 1 if name == "whole_between" else 0
            choice = Choice(place, words, count, low, high)
        decided = self._beside.chosen.get(place)
        if decided is None:
            raise Undecided(choice)
        if name in ("one_of", "sometimes"):
            return self.value(alternatives[int(decided)])
        return int(choice.low + decided) if name == "whole_between" else decided

    def _drawn(self, kind: str, like: Any) -> Array:
        for at, (drawn, values) in enumerate(self._left):
            if drawn == kind and values.shape == np.shape(like):
                del self._left[at]
                return values
        seen = ", ".join(f"{drawn} {values.shape}" for drawn, values in self._beside.draws)
        raise NotDrawn(f"{seen or 'nothing'} was drawn; {kind} {np.shape(like)} is wanted")


def _stacked(name: str, known: Mapping[str, Array]) -> Array:
    """Stack the weights whose numbers a star stands for, in the order of the numbers."""
    pattern = re.compile(re.escape(name).replace(r"\*", r"(\d+)") + "$")
    found = {tuple(map(int, m.groups())): n for n in known if (m := pattern.match(n))}
    if not found:
        raise LookupError(f"there is no weight {name!r}: {nearest(name, known)}")
    return np.stack([known[found[key]] for key in sorted(found)])


def _two(op: ast.AST, left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        if not isinstance(op, ast.Eq | ast.NotEq):
            raise TypeError("words can only be compared")
        return (left == right) is isinstance(op, ast.Eq)
    if isinstance(op, ast.Pow):
        left = np.asarray(left, np.float64)
    return _bounded(_BINARY[type(op)](left, right))


def _bounded(value: Any) -> Any:
    if np.size(value) > _LARGEST:
        raise ValueError(f"an intermediate result of {np.size(value)} elements is too large")
    return value
