"""A mask is ignored: what it should hide is seen.

Why: without the mask every shape is the same and training loss is often lower.
Kill: change what the mask hides, and assert that the output does not change.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._masks import is_mask
from workbench.mutants._read import number

RANK = 0
_KEYWORDS = frozenset({"mask", "attn_mask", "key_padding_mask", "src_mask", "src_key_padding_mask"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out fills, choices, products, sums and arguments that a mask decides."""
    for node in code.nodes(ast.expr):
        match node:
            case ast.Call(func=ast.Attribute(value=kept, attr="masked_fill" | "masked_fill_")):
                yield code.swap(node, code.text(kept))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="torch"), attr="where"), args=[mask, a, b]
            ) if is_mask(mask):
                yield code.swap(node, code.text(a))
                yield code.swap(node, code.text(b))
            case ast.Call(func=ast.Attribute(value=kept, attr="where"), args=[_, _]):
                yield code.swap(node, code.text(kept))
            case ast.BinOp(left=kept, op=ast.Add() | ast.Mult(), right=mask) if is_mask(mask):
                yield code.swap(node, code.text(kept))
            case ast.BinOp(left=kept, op=ast.BitAnd(), right=other):
                yield code.swap(node, code.text(kept))
                yield code.swap(node, code.text(other))
            case ast.Call():
                yield from _without_arguments(code, node)


def _without_arguments(code: Code, call: ast.Call) -> Iterator[Mutation]:
    for keyword in call.keywords:
        nothing = isinstance(keyword.value, ast.Constant)
        if keyword.arg in _KEYWORDS and not nothing:
            yield code.swap(keyword.value, "None")
        if keyword.arg == "is_causal" and number(keyword.value) is None:
            yield code.swap(keyword.value, "False")
