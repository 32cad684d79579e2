"""Gradients are not set to zero, so each step adds those of all steps before.

Why: the loss still falls for a while, as with a strange momentum.
Kill: take two steps on the same batch by hand and compare the weights.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out what sets gradients to zero."""
    for statement in code.nodes(ast.Expr):
        if isinstance(statement.value, ast.Call) and last_name(statement.value.func) == "zero_grad":
            yield code.swap(statement, "pass")
