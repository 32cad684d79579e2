"""The model sees what it is asked for: targets are not shifted against the inputs.

Why: the loss is wonderful, and shapes are as they should be.
Kill: assert on a short sequence that the target of each position is the token after it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Give targets the places of the inputs, where one sequence is sliced both ways."""
    whole = list(code.nodes(ast.Subscript))
    for one in whole:
        slices = one.slice.elts if isinstance(one.slice, ast.Tuple) else [one.slice]
        for at, part in enumerate(slices):
            if _is_tail(part) and any(_is_head_of(code, other, one, at) for other in whole):
                yield code.swap(part, ":-1")


def _is_tail(node: ast.expr) -> bool:
    """Tell whether it is ``1:``."""
    lower = node.lower if isinstance(node, ast.Slice) and node.upper is None else None
    return isinstance(lower, ast.Constant) and lower.value == 1


def _is_head_of(code: Code, other: ast.Subscript, one: ast.Subscript, at: int) -> bool:
    """Tell whether another slice takes all but the last of the same thing, on the same axis."""
    if code.function(one) is not code.function(other):
        return False
    slices = other.slice.elts if isinstance(other.slice, ast.Tuple) else [other.slice]
    if code.text(other.value) != code.text(one.value) or len(slices) <= at:
        return False
    part = slices[at]
    return isinstance(part, ast.Slice) and part.lower is None and code.text(part) == ":-1"
