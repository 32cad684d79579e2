"""What a constructor demands of its options, read from its code and never run.

``if <test>: raise ValueError(...)`` in a constructor is a demand, and so is a call of a function
that does so for each of its keywords. Where the test is a closed form over options it can be
decided before there is a draft; anything else is passed over, and shows when the draft is checked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from workbench.errors import SpecError
from workbench.spec import Expression


@dataclass(frozen=True)
class Demand:
    """One thing that a constructor refuses.

    Args:
        test: True for options that are refused.
        message: What is said then, up to the values.
    """

    test: Expression
    message: str

    def refuses(self, options: Mapping[str, Any]) -> bool:
        """Say whether the test is decided by the options, and against them."""
        try:
            return bool(self.test.value(options))
        except SpecError:
            return False


def demands(source: str, name: str) -> list[Demand]:
    """List the demands of a class, and of the classes that it hands its options on to by name.

    Args:
        source: The module that defines it.
        name: The class.

    Returns:
        Its demands in the order of the code; none where there is no such class.
    """
    tree = ast.parse(source)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    guards = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    known = {name: set(_parameters(classes.get(name)))}
    waiting = [name]
    found: list[Demand] = []
    while waiting:
        here = waiting.pop()
        start = _constructor(classes.get(here))
        if start is None:
            continue
        found += _of_constructor(start, guards, known[here])
        for call in [node for node in ast.walk(start) if isinstance(node, ast.Call)]:
            if isinstance(call.func, ast.Name) and call.func.id in classes.keys() - known.keys():
                known[call.func.id] = _handed_on(call, classes[call.func.id], known[here])
                waiting.append(call.func.id)
    return found


def _of_constructor(
    start: ast.FunctionDef, guards: Mapping[str, ast.FunctionDef], names: set[str]
) -> Iterator[Demand]:
    """List the demands of one constructor; names that it computes first are written out."""
    written: dict[str, ast.expr] = {}
    for statement in start.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            written[statement.targets[0].id] = _Inline(written).visit(deepcopy(statement.value))
        if isinstance(statement, ast.If) and isinstance(statement.body[0], ast.Raise):
            yield from _demand(statement, statement.body[0], written, names)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield from _guarded(statement.value, guards, names)


def _demand(
    statement: ast.If, raised: ast.Raise, written: Mapping[str, ast.expr], names: set[str]
) -> Iterator[Demand]:
    try:
        test = Expression(ast.unparse(_Inline(written).visit(deepcopy(statement.test))))
    except SpecError:
        return
    if test.names <= names:
        yield Demand(test, _message(raised))


def _guarded(
    call: ast.Call, guards: Mapping[str, ast.FunctionDef], names: set[str]
) -> Iterator[Demand]:
    """Read ``check(a=a, b=b)``, where ``check(**values)`` tests each value in a loop and raises."""
    guard = guards.get(call.func.id) if isinstance(call.func, ast.Name) else None
    loops = [part for part in guard.body if isinstance(part, ast.For)] if guard else []
    for loop in loops:
        tested = loop.body[0]
        if not isinstance(loop.target, ast.Tuple) or not isinstance(tested, ast.If):
            continue
        key, value = (part.id for part in loop.target.elts if isinstance(part, ast.Name))
        raised = tested.body[0]
        for keyword in call.keywords:
            if isinstance(raised, ast.Raise):
                written = {value: keyword.value}
                for demand in _demand(tested, raised, written, names):
                    message = demand.message.replace(f"{{{key}}}", str(keyword.arg))
                    yield Demand(demand.test, message)


class _Inline(ast.NodeTransformer):
    """Writes out names that stand for expressions."""

    def __init__(self, written: Mapping[str, ast.expr]) -> None:
        self._written = written

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put the expression in the place of the name."""
        return deepcopy(self._written.get(node.id, node))


def _message(raised: ast.Raise) -> str:
    """Give the message up to the values: ``got {value}`` and what follows say nothing new."""
    call = raised.exc
    message = call.args[0] if isinstance(call, ast.Call) and call.args else None
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    text = ""
    for part in parts:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            text += f"{{{ast.unparse(part.value)}}}"
    return text.partition(", got")[0]


def _constructor(node: ast.ClassDef | None) -> ast.FunctionDef | None:
    members = node.body if node else []
    return next(
        (m for m in members if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None
    )


def _parameters(node: ast.ClassDef | None) -> list[str]:
    start = _constructor(node)
    if start is None:
        return []
    return [argument.arg for argument in [*start.args.args[1:], *start.args.kwonlyargs]]


def _handed_on(call: ast.Call, node: ast.ClassDef, names: set[str]) -> set[str]:
    """Name the parameters of a class that get an option of the same name in a call."""
    places = zip(_parameters(node), call.args, strict=False)
    pairs = [*places, *((keyword.arg or "", keyword.value) for keyword in call.keywords)]
    return {
        parameter
        for parameter, value in pairs
        if isinstance(value, ast.Name) and value.id == parameter and parameter in names
    }
