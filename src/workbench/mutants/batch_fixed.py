"""The batch size, or a length, is written down as a number.

Why: the code was tried with one size only.
Kill: run with at least two batch sizes and two lengths, an odd one and one among them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import number

RANK = 1
_FIXED = "4"


def mutate(code: Code) -> Iterator[Mutation]:
    """Replace sizes that are read from a tensor by a number."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="shape"), slice=place) if number(place) in {
                0,
                1,
            }:
                yield code.swap(node, _FIXED)
            case ast.Call(func=ast.Attribute(attr="size"), args=[place]) if number(place) in {0, 1}:
                yield code.swap(node, _FIXED)
            case ast.Assign(targets=[ast.Tuple(elts=[_, *_])], value=shape) if _is_shape(shape):
                yield code.swap(shape, f"{_FIXED}, *{code.operand(shape)}[1:]")


def _is_shape(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size"), args=[]):
            return True
    return False
