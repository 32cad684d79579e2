"""A choice is always made the same way.

Why: one branch is written, and the other is never tried.
Kill: test both branches.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Take one side of each conditional expression and of each ``torch.where``."""
    for node in code.nodes(ast.expr):
        match node:
            case (
                ast.IfExp(body=one, orelse=other)
                | ast.Call(
                    func=ast.Attribute(value=ast.Name(id="torch"), attr="where"),
                    args=[_, one, other],
                )
            ):
                yield code.swap(node, code.text(one))
                yield code.swap(node, code.text(other))
