"""A sum is taken for a mean, or a mean for a sum.

Why: the gradient points the same way; only its size depends on how much there was.
Kill: double the input by repeating it and assert whether the result doubles.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 1
_OTHERS = {"mean": "sum", "sum": "mean"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Exchange the two, as calls and as words."""
    for call in code.calls("mean", "sum"):
        if isinstance(call.func, ast.Attribute):
            other = _OTHERS[call.func.attr]
            yield code.swap(call.func, f"{code.text(call.func.value)}.{other}")
    for keyword in code.nodes(ast.keyword):
        match keyword:
            case ast.keyword(arg="reduction", value=ast.Constant(value="mean" | "sum" as word)):
                yield code.swap(keyword.value, f'"{_OTHERS[word]}"')
