"""A mask is read the other way round: it hides what should be seen.

Why: libraries disagree whether True means keep or hide, and nothing fails when one is taken for the
other.
Kill: change a token that the mask hides and one that it shows; only the second may change the
output.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._masks import is_mask

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Negate the condition of fills and choices, and take negations of masks away."""
    for node in code.nodes(ast.expr):
        match node:
            case ast.UnaryOp(op=ast.Invert(), operand=mask):
                yield code.swap(node, code.text(mask))
            case ast.Call(
                func=ast.Attribute(attr="masked_fill" | "masked_fill_"), args=[mask, _]
            ) if not isinstance(mask, ast.UnaryOp):
                yield code.swap(mask, f"~{code.operand(mask)}")
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="torch"), attr="where"), args=[mask, _, _]
            ) if is_mask(mask):
                yield code.swap(mask, f"~{code.operand(mask)}")
            case ast.Call(func=ast.Attribute(attr="where"), args=[mask, _]) if not isinstance(
                mask, ast.UnaryOp
            ):
                yield code.swap(mask, f"~{code.operand(mask)}")
            case ast.keyword(arg="attn_mask" | "key_padding_mask", value=ast.Name() as mask):
                yield code.swap(mask, f"~{mask.id}")
