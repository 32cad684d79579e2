"""A mean, a sum or a maximum is taken over the wrong axis.

Why: when two sizes are equal, or the axis is kept, the shape is the same.
Kill: use sizes that all differ, and compare with a reference.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, number

RANK = 1
_REDUCTIONS = (
    "mean",
    "sum",
    "amax",
    "amin",
    "max",
    "min",
    "argmax",
    "var",
    "std",
    "norm",
    "any",
    "all",
    "cumsum",
    "prod",
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Take the neighbour of the axis that is written down."""
    for call in code.calls(*_REDUCTIONS):
        if not isinstance(call.func, ast.Attribute):
            continue
        on_library = last_name(call.func.value) in {"torch", "F"}
        axis = argument(call, 1 if on_library else 0, "dim")
        value = number(axis)
        if axis is None or value is None:
            continue
        yield code.swap(axis, str(int(value) - 1 if value < 0 else int(value) + 1))
        if value > 0:
            yield code.swap(axis, str(int(value) - 1))
