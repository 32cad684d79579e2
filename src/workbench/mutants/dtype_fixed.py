"""The floating point type is written down: other precisions are lost or refused.

Why: float32 is what everything was tried with.
Kill: run in float64 and in bfloat16 and assert the type of the output.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, words

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Replace types that are read from a tensor by float32, and cast what is returned."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.keyword(arg="dtype", value=value) if _is_read(value):
                yield code.swap(value, "torch.float32")
            case ast.Call(func=ast.Attribute(attr="to"), args=[value]) if _is_read(value):
                yield code.swap(value, "torch.float32")
    for function in code.forwards():
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Name | ast.Call):
                yield code.swap(node.value, f"{code.operand(node.value)}.float()")


def _is_read(node: ast.expr) -> bool:
    return "dtype" in words(node) and last_name(node) != "bool" and "torch" not in words(node)
