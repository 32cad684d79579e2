"""A square root is forgotten: scores are divided by the width itself.

Why: ``1 / d`` and ``1 / sqrt(d)`` look alike, and both train.
Kill: compare with a plain reference of the same computation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import number

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Take the root away from roots and from powers of one half."""
    for node in code.nodes(ast.BinOp):
        if isinstance(node.op, ast.Pow) and (power := number(node.right)) in {0.5, -0.5}:
            yield code.swap(node.right, "1.0" if power == 0.5 else "-1.0")
    for call in code.calls("sqrt"):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math" | "torch")), args=[inner]):
                yield code.swap(call, code.text(inner))
            case ast.Call(func=ast.Attribute(value=inner), args=[]):
                yield code.swap(call, code.text(inner))
