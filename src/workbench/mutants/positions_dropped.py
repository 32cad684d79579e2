"""Positions are not added or not applied: the order of the input does not matter any more.

Why: nothing fails, and on many tasks accuracy falls only a little.
Kill: exchange two tokens and assert that the output changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, split, words

RANK = 0
_POSITIONS = frozenset(
    {"pos", "position", "positions", "positional", "wpe", "sinusoidal", "rotary", "rope"}
)
_TURNING = frozenset({"rotary", "rope", "rotate"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out sums with positions and rotations by them."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                if words(right) & _POSITIONS and not words(left) & _POSITIONS:
                    yield code.swap(node, code.text(left))
                elif words(left) & _POSITIONS and not words(right) & _POSITIONS:
                    yield code.swap(node, code.text(right))
            case ast.AugAssign(op=ast.Add(), value=value) if words(value) & _POSITIONS:
                yield code.swap(node, "pass")
            case ast.Call(func=function, args=[first, _, *_]) if (
                split(last_name(function)) & _TURNING
            ):
                yield code.swap(node, code.text(first))
