"""The module is not switched to evaluation, or not back to training.

Why: everything runs; only dropout and batch statistics act at the wrong time.
Kill: look at the mode of the module while it is evaluated, and after.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out what switches the mode."""
    for statement in code.nodes(ast.Expr):
        if isinstance(statement.value, ast.Call) and last_name(statement.value.func) in {
            "eval",
            "train",
        }:
            yield code.swap(statement, "pass")
