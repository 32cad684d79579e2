"""A squeeze takes every axis of size one: it eats a batch of one.

Why: with larger batches the result is the same.
Kill: run a batch of one and assert the shape of the output.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Squeeze without saying which axis, and squeeze what is returned."""
    for call in code.calls("squeeze"):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="torch")), args=[whole, _]):
                yield code.swap(call, f"{code.operand(whole)}.squeeze()")
            case ast.Call(func=ast.Attribute(value=whole)) if call.args or call.keywords:
                yield code.swap(call, f"{code.operand(whole)}.squeeze()")
    for function in code.forwards():
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Name | ast.Call):
                yield code.swap(node.value, f"{code.operand(node.value)}.squeeze()")
