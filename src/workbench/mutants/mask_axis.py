"""A mask is broadcast along the wrong axis: it hides queries where it should hide keys.

Why: ``mask[:, None, None, :]`` and ``mask[:, None, :, None]`` both fit the scores.
Kill: with padding in one row, assert that the outputs of the other tokens do not depend on it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Exchange a new axis with the whole axis beside it."""
    for node in code.nodes(ast.Subscript):
        if not isinstance(node.slice, ast.Tuple):
            continue
        parts = node.slice.elts
        if not all(_is_new(part) or _is_whole(part) for part in parts):
            continue
        for one, other in pairwise(parts):
            if one is not parts[0] and _is_new(one) != _is_new(other):
                pairs: list[tuple[ast.AST, str]] = [
                    (one, code.text(other)),
                    (other, code.text(one)),
                ]
                yield code.swap_all(pairs)


def _is_new(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and part.value is None


def _is_whole(part: ast.expr) -> bool:
    return isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None
