"""The base of the position frequencies is another one.

Why: 10000 and 500000 are both common, and short sequences hide the difference.
Kill: compare the table of positions, or of angles, with its formula.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import defaults, last_name, number, split

RANK = 0
_SMALLEST_BASE = 1000


def mutate(code: Code) -> Iterator[Mutation]:
    """Divide large constants that are raised to a power, or that are called a base, by ten."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.BinOp(left=base, op=ast.Pow()):
                yield from _divided(code, base)
            case ast.Call(func=function, args=[base]) if last_name(function) == "log":
                yield from _divided(code, base)
            case ast.keyword(arg="base" | "theta" | "rope_theta" | "max_period", value=base):
                yield from _divided(code, base)
            case ast.arguments():
                for name, base in defaults(node):
                    if split(name.arg) & {"base", "theta", "period"}:
                        yield from _divided(code, base)


def _divided(code: Code, node: ast.expr) -> Iterator[Mutation]:
    value = number(node)
    if value is not None and value >= _SMALLEST_BASE:
        yield code.swap(node, repr(value / 10))
