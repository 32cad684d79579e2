"""A rotation turns the wrong way or pairs the wrong features.

Why: halves and even-odd pairs are both in use, and one lost sign keeps all shapes.
Kill: assert that scores of rotated queries and keys depend on their distance alone, and compare
with the formula.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import same

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Lose or move the sign of a joined pair, and pair features the other way."""
    for call in code.calls("cat", "stack", "concat"):
        match call.args:
            case [ast.List(elts=[one, other]) | ast.Tuple(elts=[one, other]), *_]:
                yield from _signs(code, one, other)
    for statement in code.nodes(ast.Assign):
        match statement.value:
            case ast.Call(
                func=ast.Attribute(value=whole, attr="chunk"), args=[ast.Constant(value=2), *_]
            ):
                text = code.operand(whole)
                yield code.swap(statement.value, f"{text}[..., ::2], {text}[..., 1::2]")
            case ast.Tuple(elts=[ast.Subscript(value=whole, slice=ast.Tuple()) as one, other]) if (
                code.text(one).replace(" ", "").endswith(("...,::2]", "...,0::2]"))
                and code.text(other).replace(" ", "").endswith("...,1::2]")
            ):
                yield code.swap(statement.value, f"{code.operand(whole)}.chunk(2, dim=-1)")
                swapped: list[tuple[ast.AST, str]] = [
                    (one, code.text(other)),
                    (other, code.text(one)),
                ]
                yield code.swap_all(swapped)


def _signs(code: Code, one: ast.expr, other: ast.expr) -> Iterator[Mutation]:
    for first, second in ((one, other), (other, one)):
        if isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.USub):
            bare = code.text(first.operand)
            yield code.swap(first, bare)
            yield code.swap_all([(first, bare), (second, f"-{code.operand(second)}")])
    if not any(isinstance(part, ast.UnaryOp) for part in (one, other)) and not same(one, other):
        yield code.swap_all([(one, code.text(other)), (other, code.text(one))])
