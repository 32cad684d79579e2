"""A normalisation stands after the sum instead of before the branch, or the other way round.

Why: pre-norm and post-norm have the same parameters and the same shapes.
Kill: compare with a reference of one block, or scale the input of a block and look at the residual
stream.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, split

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Move the norm to the other side of the residual sum, where the pattern is plain."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=ast.Name(id=carried), op=ast.Add(), right=branch):
                for norm in _norms_of(branch, carried):
                    inside = code.text(branch).replace(code.text(norm), carried, 1)
                    yield code.swap(node, f"{code.text(norm.func)}({carried} + {inside})")
            case ast.Call(
                func=function,
                args=[ast.BinOp(left=ast.Name(id=carried), op=ast.Add(), right=branch)],
            ) if _is_norm(function):
                text, before = code.text(branch), f"{code.text(function)}({carried})"
                if text.count(f"({carried}") == 1:
                    inside = text.replace(f"({carried}", f"({before}", 1)
                    yield code.swap(node, f"{carried} + {inside}")


def _norms_of(branch: ast.expr, carried: str) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(branch)
        if isinstance(call, ast.Call) and _is_norm(call.func)
        for only in call.args
        if isinstance(only, ast.Name) and only.id == carried and len(call.args) == 1
    ]


def _is_norm(function: ast.expr) -> bool:
    return bool(split(last_name(function)) & {"norm", "ln"})
