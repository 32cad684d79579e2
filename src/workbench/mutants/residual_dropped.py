"""A residual connection is missing: only the branch goes on.

Why: a shallow network trains without it.
Kill: with the branch's last weights at zero, assert that the output equals the input.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 1
_SKIPS = frozenset({"identity", "shortcut", "residual", "skip"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out the summand that was carried past the branch."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=carried, op=ast.Add(), right=branch) if _is_residual(
                carried, branch
            ):
                yield code.swap(node, code.text(branch))
            case ast.BinOp(left=branch, op=ast.Add(), right=carried) if _is_residual(
                carried, branch
            ):
                yield code.swap(node, code.text(branch))
            case ast.AugAssign(target=target, op=ast.Add(), value=value):
                if words(value) & _SKIPS:
                    yield code.swap(node, "pass")
                elif isinstance(value, ast.Call):
                    yield code.swap(node, f"{code.text(target)} = {code.text(value)}")


def _is_residual(carried: ast.expr, branch: ast.expr) -> bool:
    if words(carried) & _SKIPS:
        return True
    return isinstance(carried, ast.Name) and isinstance(branch, ast.Call)
