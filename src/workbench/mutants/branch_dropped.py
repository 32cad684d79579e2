"""A branch beside a residual connection is missing: its input goes through unchanged.

Why: the parameters are there, the shapes fit, and the rest of the network makes up for it.
Kill: assert that every parameter receives a gradient, or compare with a reference.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out the summand that is computed."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Call()):
                yield code.swap(node, name)
            case ast.BinOp(left=ast.Call(), op=ast.Add(), right=ast.Name(id=name)):
                yield code.swap(node, name)
            case ast.AugAssign(op=ast.Add(), value=ast.Call()):
                yield code.swap(node, "pass")
