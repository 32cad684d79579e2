"""Gradients are clipped after the step, when they have done their work.

Why: the call is there, the loss falls, and only a rare steep batch shows what is missing.
Kill: train one step on a batch with a huge gradient and assert how far the weights moved.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 0
_CLIPPING = {"clip_grad_norm_", "clip_grad_value_", "clip_grad_norm", "clip_gradients"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Let clipping and step change places, where they stand in one block in this order."""
    for clipping in code.nodes(ast.stmt):
        if not _calls(clipping, _CLIPPING):
            continue
        block = _block(code.parent(clipping), clipping)
        later = block[block.index(clipping) + 1 :]
        step = next((line for line in later if _calls(line, {"step"})), None)
        if step is not None:
            yield code.swap_all([(clipping, code.text(step)), (step, code.text(clipping))])


def _calls(statement: ast.stmt, names: set[str]) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(value, ast.Call) and last_name(value.func) in names


def _block(parent: ast.AST, statement: ast.stmt) -> list[ast.stmt]:
    """Find the statements among which one stands."""
    blocks = (getattr(parent, field, []) for field in ("body", "orelse", "finalbody"))
    return next(block for block in blocks if isinstance(block, list) and statement in block)
