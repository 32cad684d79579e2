"""A constant is another one.

Why: numbers are copied, rounded and mistyped.
Kill: assert a value that depends on the constant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Add one to whole numbers, and change other numbers by half of themselves."""
    for node in code.nodes(ast.Constant):
        match node.value:
            case bool():
                continue
            case int(value):
                yield code.swap(node, str(value + 1))
            case float(value):
                yield code.swap(node, repr(float(f"{value * 1.5:.6g}") or 1.0))
