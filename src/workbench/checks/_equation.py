"""Computes a reference equation with numpy, in double precision."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array
from workbench.errors import nearest
from workbench.spec import Equation

_LARGEST = 20_000_000  # elements of one intermediate result
_LONGEST_AXIS = 4000

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


def solve(equation: Equation, names: Mapping[str, Any]) -> Array:
    """Compute an equation.

    Args:
        equation: The equation.
        names: A value for every name: arrays for inputs, plain values for options and sizes.

    Returns:
        The result, as an array of float64 or of integers or booleans.

    Raises:
        CannotLook: The equation cannot be computed with these values.
    """
    given = {name: _given(value) for name, value in names.items()}
    try:
        with np.errstate(all="ignore"):
            return np.asarray(_value(equation.tree, given))
    except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise CannotLook(f"the equation {equation.text!r} cannot be computed: {error}") from error


def _given(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    return np.asarray(value, np.float64) if isinstance(value, list) else value


def _value(node: ast.AST, names: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.NamedExpr(target=ast.Name(id=name)):
            names[name] = _value(node.value, names)
            return names[name]
        case ast.IfExp():
            return _value(node.body if _value(node.test, names) else node.orelse, names)
        case ast.Subscript(value=ast.Name(id="weights"), slice=ast.Constant(value=str() as name)):
            known = names["weights"]
            if name not in known:
                raise LookupError(f"there is no weight {name!r}: {nearest(name, known)}")
            return known[name]
        case ast.Subscript():
            return np.asarray(_value(node.value, names))[_index(node.slice, names)]
        case ast.Call(func=ast.Name(id=name)):
            arguments = [_value(part, names) for part in node.args]
            named = {str(part.arg): _value(part.value, names) for part in node.keywords}
            return _bounded(_FUNCTIONS[name](*arguments, **named))
        case ast.UnaryOp(op=op):
            return _UNARY[type(op)](_value(node.operand, names))
        case ast.BinOp(op=op):
            return _two(op, _value(node.left, names), _value(node.right, names))
        case ast.BoolOp(op=op, values=values):
            first, *rest = (_value(part, names) for part in values)
            for value in rest:
                first = _BINARY[type(op)](first, value)
            return first
        case ast.Compare(left=left, ops=ops, comparators=[right]):
            return _two(ops[0], _value(left, names), _value(right, names))
    raise ValueError(f"{ast.unparse(node)} has no meaning here")


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


def _index(node: ast.AST, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Tuple):
        return tuple(_index(part, names) for part in node.elts)
    if isinstance(node, ast.Slice):
        ends = (node.lower, node.upper, node.step)
        return slice(*(None if end is None else _value(end, names) for end in ends))
    return _value(node, names)


def _logsumexp(x: Array, axis: int = -1) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.squeeze(top, axis) + np.log(np.sum(np.exp(x - top), axis=axis))


def _log_softmax(x: Array, axis: int = -1) -> Array:
    return x - np.expand_dims(_logsumexp(x, axis), axis)


def _softmax(x: Array, axis: int = -1) -> Array:
    return np.exp(_log_softmax(x, axis))


def _gather(x: Array, index: Array, axis: int = -1) -> Array:
    """Pick along an axis; an index that is not legal picks zero, as an ignored target does."""
    legal = (index >= 0) & (index < x.shape[axis])
    at = np.expand_dims(np.where(legal, index, 0), axis)
    return np.where(legal, np.squeeze(np.take_along_axis(x, at, axis), axis), 0.0)


def _counted(count: int) -> int:
    if not 0 <= count <= _LONGEST_AXIS:
        raise ValueError(f"an axis of {count} is too long")
    return int(count)


def _one_hot(index: Array, count: int) -> Array:
    return (np.asarray(index)[..., None] == np.arange(_counted(count))).astype(np.float64)


def _reduce(x: Array, reduction: str, weights: Any = None) -> Array:
    if reduction == "none":
        return x
    if reduction == "sum":
        return np.sum(x)
    if reduction != "mean":
        raise ValueError(f"the reduction {reduction!r} is none of mean, sum, none")
    count = np.size(x) if weights is None else np.sum(np.broadcast_to(weights, np.shape(x)))
    return np.asarray(np.sum(x) / count)


def _over_all(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(x: Any, axis: int | None = None) -> Any:
        return function(x, axis=axis)

    return reduced


def _softplus(x: Any) -> Any:
    return np.logaddexp(0.0, x)


def _size(x: Any, axis: int) -> int:
    return int(np.shape(x)[axis])


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": lambda x: np.exp(-_softplus(-np.asarray(x, np.float64))),
    "log_sigmoid": lambda x: -_softplus(-np.asarray(x, np.float64)),
    "softplus": _softplus,
    "relu": lambda x: np.maximum(x, 0.0),
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "gather": _gather,
    "one_hot": _one_hot,
    "where": np.where,
    "clip": np.clip,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "sum": _over_all(np.sum),
    "mean": _over_all(np.mean),
    "min": _over_all(np.min),
    "max": _over_all(np.max),
    "any": _over_all(np.any),
    "all": _over_all(np.all),
    "argmax": lambda x, axis=-1: np.argmax(x, axis=axis),
    "argsort": lambda x, axis=-1: np.argsort(x, axis=axis, kind="stable"),
    "sort": lambda x, axis=-1: np.sort(x, axis=axis),
    "cumsum": lambda x, axis=-1: np.cumsum(x, axis=axis),
    "norm": lambda x, axis=-1: np.sqrt(np.sum(np.square(x), axis=axis)),
    "transpose": lambda x: np.swapaxes(x, -1, -2),
    "diagonal": lambda x: np.diagonal(x, axis1=-2, axis2=-1),
    "eye": lambda count: np.eye(_counted(count)),
    "arange": lambda count: np.arange(_counted(count)),
    "size": _size,
    "reduce": _reduce,
}
