"""A bias on the attention scores is left out: relative positions are ignored.

Why: the learned table stays in the module and in its parameter count.
Kill: assert that every parameter receives a gradient, and that exchanging two tokens changes the
output.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 0
_BIAS = frozenset({"bias", "relative", "alibi", "distance", "slopes", "rel"})
_SCORES = frozenset(
    {
        "scores",
        "score",
        "logits",
        "weights",
        "attn",
        "attention",
        "energy",
        "dots",
        "key",
        "keys",
        "value",
    }
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out sums with something that is called relative or a bias."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right) if words(right) & _BIAS:
                if words(node) & _SCORES:
                    yield code.swap(node, code.text(left))
            case ast.AugAssign(target=target, op=ast.Add(), value=value):
                if words(value) & _BIAS and words(target) & _SCORES:
                    yield code.swap(node, "pass")
