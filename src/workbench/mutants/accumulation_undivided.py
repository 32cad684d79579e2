"""Gradients of several small batches are added up and not divided by their number.

Why: it is as if the learning rate was several times larger, which training often survives.
Kill: compare one step on a batch with one on its parts, and assert equal weights.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 0
_COUNTS = {"accumulate", "accumulation", "accum", "accumulated", "microbatches"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out divisions by the number of accumulated batches."""
    for division in code.nodes(ast.BinOp):
        if isinstance(division.op, ast.Div) and words(division.right) & _COUNTS:
            yield code.swap(division, code.text(division.left))
    for statement in code.nodes(ast.AugAssign):
        if isinstance(statement.op, ast.Div) and words(statement.value) & _COUNTS:
            yield code.swap(statement, "pass")
