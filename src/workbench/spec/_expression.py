"""Closed forms over options and sizes: a small, safe expression language.

An expression is Python's own syntax, cut down to what a closed form needs: integers, floats, words
in quotes, names, ``+ - * // / % **``, comparisons, ``and or not``, ``a if cond else b``, indexing
of list options, the functions below, sums over a list, ``sum(n * 4 ** i for i, n in
enumerate(layers))``, and lists: ``[1, 2, 2]``, ``[1] + [2] * (num_stages - 1)``,
``[width * 2**i for i in range(num_stages)]``. It is walked by hand and never executed.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.errors import SpecError, nearest

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": sum,
    "len": len,
    "min": min,
    "max": max,
    "prod": math.prod,
    "ceil": math.ceil,
    "floor": math.floor,
    "log": math.log,
    "sqrt": math.sqrt,
    "range": lambda *bounds: list(range(*bounds)[:_LONGEST_LIST]),
    "enumerate": lambda items: list(enumerate(items)),
    "zip": lambda *items: list(zip(*items, strict=True)),
}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# 2 ** (10 ** 9) would hang the judge, so powers and repetition stay within reason.
_LARGEST = 10**30
_LONGEST = 2000
_LONGEST_LIST = 10_000


@dataclass(frozen=True)
class Expression:
    """A closed form that can be evaluated, simplified and printed.

    Args:
        text: The expression as it was written.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse at once what cannot be evaluated later."""
        _check(_parse(self.text), self.text)

    @property
    def names(self) -> frozenset[str]:
        """The options, sizes and choices that the expression mentions."""
        return _names(self._tree)

    @property
    def _tree(self) -> ast.expr:
        return _parse(self.text)

    def value(self, names: Mapping[str, Any]) -> Any:
        """Evaluate with the given values.

        Args:
            names: The value of every name in the expression.

        Returns:
            An integer, a float, a boolean or a word.

        Raises:
            SpecError: A name has no value, or the arithmetic is impossible.
        """
        try:
            return _evaluate(self._tree, names)
        except (ArithmeticError, TypeError, ValueError, IndexError) as error:
            raise SpecError(f"{self.text!r} cannot be computed: {error}") from error

    def bind(self, values: Mapping[str, Any]) -> Expression:
        """Put values in for some names and simplify what has become constant.

        Args:
            values: Values for some of the names.

        Returns:
            The simplified expression over the remaining names.
        """
        return Expression(ast.unparse(_simplify(self._tree, values)))

    def __str__(self) -> str:
        """Return the expression as it was written."""
        return self.text


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        raise SpecError(f"an expression of {len(text)} characters; at most {_LONGEST} are read")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SpecError(
            f"{text!r} is not an expression; write for example '4 * embed_dim ** 2 + num_classes'"
        ) from error


def _names(node: ast.AST) -> frozenset[str]:
    """Collect the free names: functions and the names that a sum binds are not among them."""
    match node:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Call(args=parts):
            return frozenset().union(*map(_names, parts))
        case (
            ast.GeneratorExp(elt=body, generators=[over])
            | ast.ListComp(elt=body, generators=[over])
        ):
            return (_names(body) - _names(over.target)) | _names(over.iter)
    return frozenset().union(*map(_names, ast.iter_child_nodes(node)))


def _check(node: ast.AST, text: str) -> None:
    """Walk the tree and refuse every kind of node that the language does not have."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
            return
        case ast.BinOp(op=op) if type(op) in _BINARY:
            parts: list[ast.expr] = [node.left, node.right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            parts = [node.operand]
        case ast.Compare(ops=ops) if all(type(op) in _COMPARE for op in ops):
            parts = [node.left, *node.comparators]
        case ast.BoolOp():
            parts = node.values
        case ast.IfExp():
            parts = [node.test, node.body, node.orelse]
        case ast.Subscript(value=ast.Name()):
            parts = [node.slice]
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            if name not in FUNCTIONS:
                raise SpecError(f"{name!r} in {text!r} is no function: {nearest(name, FUNCTIONS)}")
            parts = node.args
        case ast.List(elts=elements):
            parts = elements
        case ast.GeneratorExp() | ast.ListComp() if _is_plain(node.generators):
            over = node.generators[0]
            parts = [node.elt, *_targets(over.target, text), over.iter]
        case _:
            kind = type(node).__name__.lower()
            raise SpecError(
                f"{text!r} holds {kind}, which is not read here; legal are integers, names, "
                "+ - * // / % **, comparisons, 'a if b else c', name[index], [1, 2] and "
                + ", ".join(FUNCTIONS)
            )
    for part in parts:
        _check(part, text)


def _is_plain(generators: list[ast.comprehension]) -> bool:
    """Whether a comprehension runs once over one list, without conditions."""
    return len(generators) == 1 and not generators[0].ifs and not generators[0].is_async


def _targets(target: ast.expr, text: str) -> list[ast.expr]:
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    if not all(isinstance(part, ast.Name) for part in targets):
        raise SpecError(f"{text!r}: a sum binds plain names, as in 'for i, n in enumerate(layers)'")
    return targets


def _evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in names:
                raise SpecError(f"{name!r} has no value: {nearest(name, names)}")
            return names[name]
        case ast.BinOp():
            return _binary(node, _evaluate(node.left, names), _evaluate(node.right, names))
        case ast.UnaryOp(op=op):
            value = _evaluate(node.operand, names)
            return (
                not value
                if isinstance(op, ast.Not)
                else -value
                if isinstance(op, ast.USub)
                else value
            )
        case ast.Compare():
            return _compare(node, names)
        case ast.BoolOp(op=ast.And()):
            return all(_evaluate(value, names) for value in node.values)
        case ast.BoolOp():
            return any(_evaluate(value, names) for value in node.values)
        case ast.IfExp():
            return _evaluate(node.body if _evaluate(node.test, names) else node.orelse, names)
        case ast.Subscript(value=value, slice=index):
            return _evaluate(value, names)[_evaluate(index, names)]
        case ast.Call(func=ast.Name(id=name)):
            return FUNCTIONS[name](*(_evaluate(part, names) for part in node.args))
        case ast.List(elts=elements):
            return [_evaluate(part, names) for part in elements]
        case (
            ast.GeneratorExp(elt=body, generators=[over])
            | ast.ListComp(elt=body, generators=[over])
        ):
            return [_evaluate(body, {**names, **bound}) for bound in _bindings(over, names)]
    raise SpecError(f"{ast.unparse(node)!r} cannot be evaluated")


def _bindings(over: ast.comprehension, names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the values of the bound names, item by item."""
    items = _evaluate(over.iter, names)
    if not isinstance(items, list | tuple):
        raise TypeError(f"{ast.unparse(over.iter)} is no list")
    for item in items:
        if isinstance(over.target, ast.Tuple):
            keys = [part.id for part in over.target.elts if isinstance(part, ast.Name)]
            yield dict(zip(keys, item, strict=True))
        elif isinstance(over.target, ast.Name):
            yield {over.target.id: item}


def _binary(node: ast.BinOp, left: Any, right: Any) -> Any:
    if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
        return _joined(node, left, right)
    if isinstance(node.op, ast.Pow) and (abs(right) > 64 or abs(left) > 10**9):
        raise ValueError(f"{ast.unparse(node)} is too large a power")
    value = _BINARY[type(node.op)](left, right)
    if abs(value) > _LARGEST:
        raise ValueError(f"{ast.unparse(node)} is beyond {_LARGEST:.0e}")
    return value


def _joined(node: ast.BinOp, left: Any, right: Any) -> list[Any]:
    """Put lists one behind the other, or repeat one."""
    if isinstance(left, int) and isinstance(right, list):
        left, right = right, left
    added = isinstance(node.op, ast.Add) and isinstance(right, list)
    repeated = isinstance(node.op, ast.Mult) and isinstance(right, int)
    if not isinstance(left, list) or not (added or repeated):
        raise TypeError(f"{ast.unparse(node)} needs numbers")
    if (len(left) + len(right) if added else len(left) * right) > _LONGEST_LIST:
        raise ValueError(f"{ast.unparse(node)} is longer than {_LONGEST_LIST}")
    return left + right if added else left * right


def _compare(node: ast.Compare, names: Mapping[str, Any]) -> bool:
    left = _evaluate(node.left, names)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = _evaluate(right_node, names)
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True


def _simplify(node: ast.expr, values: Mapping[str, Any]) -> ast.expr:
    """Fold what is constant; drop terms times zero, zero terms and decided branches."""
    match node:
        case ast.Name(id=name) if name in values and not isinstance(values[name], list | tuple):
            return _constant(values[name])
        case ast.IfExp():
            test = _simplify(node.test, values)
            if isinstance(test, ast.Constant):
                return _simplify(node.body if test.value else node.orelse, values)
            body, orelse = _simplify(node.body, values), _simplify(node.orelse, values)
            return ast.IfExp(test=test, body=body, orelse=orelse)
        case ast.BinOp():
            return _simplify_binary(node, values)
        case ast.Compare():
            left = _simplify(node.left, values)
            rights = [_simplify(right, values) for right in node.comparators]
            new: ast.expr = ast.Compare(left=left, ops=node.ops, comparators=rights)
        case ast.BoolOp():
            new = ast.BoolOp(op=node.op, values=[_simplify(part, values) for part in node.values])
        case ast.UnaryOp():
            new = ast.UnaryOp(op=node.op, operand=_simplify(node.operand, values))
        case ast.Call():
            arguments = [_simplify(part, values) for part in node.args]
            new = ast.Call(func=node.func, args=arguments, keywords=[])
        case ast.Subscript():
            new = ast.Subscript(
                value=node.value, slice=_simplify(node.slice, values), ctx=ast.Load()
            )
        case ast.List(elts=elements):
            parts = [_simplify(part, values) for part in elements]
            return ast.List(elts=parts, ctx=ast.Load())
        case (
            ast.GeneratorExp(elt=body, generators=[over])
            | ast.ListComp(elt=body, generators=[over])
        ):
            inner = {key: value for key, value in values.items() if key not in _names(over.target)}
            within = ast.comprehension(
                target=over.target, iter=_simplify(over.iter, values), ifs=[], is_async=0
            )
            return type(node)(elt=_simplify(body, inner), generators=[within])
        case _:
            return node
    return _folded(new, values)


def _simplify_binary(node: ast.BinOp, values: Mapping[str, Any]) -> ast.expr:
    left, right = _simplify(node.left, values), _simplify(node.right, values)
    if isinstance(node.op, ast.Mult):
        if _is(left, 0) or _is(right, 0):
            return ast.Constant(0)
        if _is(left, 1):
            return right
        if _is(right, 1):
            return left
    if isinstance(node.op, ast.Add) and _is(left, 0):
        return right
    if isinstance(node.op, ast.Add | ast.Sub) and _is(right, 0):
        return left
    return _folded(ast.BinOp(left=left, op=node.op, right=right), values)


def _is(node: ast.expr, number: int) -> bool:
    # True == 1 in Python, and a decided comparison is such a True.
    return (
        isinstance(node, ast.Constant) and not isinstance(node.value, str) and node.value == number
    )


def _folded(node: ast.expr, values: Mapping[str, Any]) -> ast.expr:
    ast.fix_missing_locations(node)
    free = Expression(ast.unparse(node)).names
    lists = {name: value for name, value in values.items() if isinstance(value, list | tuple)}
    if free <= set(lists):
        try:
            value = _evaluate(node, lists)
        except (ArithmeticError, TypeError, ValueError, IndexError):
            return node  # impossible, but perhaps in a branch that is never taken
        if isinstance(value, bool | int | float | str):
            return _constant(value)
    return node


def _constant(value: Any) -> ast.expr:
    """Write a value so that it keeps its place: a bare -3 would lose to ``**`` on its right."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(-value))
    return ast.Constant(value)
