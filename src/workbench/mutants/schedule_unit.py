"""The schedule of the learning rate goes by another unit: steps for epochs or epochs for steps.

Why: the learning rate still changes, only far too fast or far too slowly.
Kill: run two epochs of several batches and assert the learning rate after each.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, words

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Move the step of a scheduler out of the inner loop, or into it."""
    for loop in code.nodes(ast.For):
        last = loop.body[-1]
        if _is_schedule(last) and len(loop.body) > 1:
            start = code.text(loop).rpartition(code.text(last))[0]
            yield code.swap(loop, f"{start}pass\n{' ' * loop.col_offset}{code.text(last)}")
        for before, statement in zip(loop.body, loop.body[1:], strict=False):
            if _is_schedule(statement) and isinstance(before, ast.For):
                inside = before.body[-1]
                moved = f"{code.text(inside)}\n{' ' * inside.col_offset}{code.text(statement)}"
                yield code.swap_all([(inside, moved), (statement, "pass")])


def _is_schedule(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call) or last_name(value.func) != "step":
        return False
    return bool(words(value.func) & {"scheduler", "schedule", "sched"})
