"""Positions are counted from one, or distances are off by one.

Why: both ends of a range look right, and a shifted table is still a table.
Kill: compare with the formula at the first and at the last position, and run the longest sequence.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Count from one where positions are counted."""
    for call in code.calls("arange"):
        if len(call.args) != 1:
            continue
        text = code.operand(call.args[0])
        yield code.swap(call.args[0], f"1, {text} + 1")
