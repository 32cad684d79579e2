"""Attention scores are not scaled by the square root of the head's width.

Why: the softmax still gives weights that sum to one, only much sharper.
Kill: compare with a plain reference of the same computation, under weights of ordinary size.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, number, split

RANK = 0
_SCALES = frozenset({"scale", "scaling", "temperature", "tau"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out factors that are scales or hold a square root."""
    for node in code.nodes(ast.BinOp):
        if isinstance(node.op, ast.Mult | ast.Div) and _is_scale(node.right):
            yield code.swap(node, code.text(node.left))
        elif isinstance(node.op, ast.Mult) and _is_scale(node.left):
            yield code.swap(node, code.text(node.right))
    for statement in code.nodes(ast.AugAssign):
        if isinstance(statement.op, ast.Mult | ast.Div) and _is_scale(statement.value):
            yield code.swap(statement, "pass")
    for call in code.calls("scaled_dot_product_attention"):
        scale = argument(call, -1, "scale")
        yield code.add_argument(call, "scale=1.0") if scale is None else code.swap(scale, "1.0")


def _is_scale(node: ast.expr) -> bool:
    match node:
        case ast.Name() | ast.Attribute():
            return bool(split(last_name(node)) & _SCALES)
        case ast.Call(func=function):
            return last_name(function) in {"sqrt", "rsqrt"}
        case ast.BinOp(op=ast.Pow(), right=power):
            return number(power) in {0.5, -0.5}
    return False
