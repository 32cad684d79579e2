"""A statement is missing.

Why: lines get lost when code is moved.
Kill: assert what the statement is there for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out calls, and assignments to names that have a value already."""
    for statement in code.nodes(ast.stmt):
        match statement:
            case ast.Expr(value=ast.Call(func=function)) if last_name(function) != "__init__":
                yield code.swap(statement, "pass")
            case ast.AugAssign():
                yield code.swap(statement, "pass")
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if any(
                isinstance(part, ast.Name) and part.id == name for part in ast.walk(value)
            ):
                yield code.swap(statement, "pass")
            case ast.Assign(targets=[ast.Attribute(value=ast.Attribute())]):
                yield code.swap(statement, "pass")
