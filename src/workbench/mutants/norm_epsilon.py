"""The epsilon of a normalisation is far too large.

Why: ``1e-5`` and ``1e-12`` are both common, and a slip of the exponent shows only on small
activations.
Kill: normalise an input of small variance and compare with the formula.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import defaults, number

RANK = 0
_TOO_LARGE = "0.1"


def mutate(code: Code) -> Iterator[Mutation]:
    """Replace small constants that are called an epsilon."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.keyword(arg=str(name), value=value) if name.endswith(("eps", "epsilon")):
                yield code.swap(value, _TOO_LARGE)
            case ast.arguments():
                for named, value in defaults(node):
                    if named.arg.endswith(("eps", "epsilon")) and number(value) is not None:
                        yield code.swap(value, _TOO_LARGE)
            case ast.BinOp(op=ast.Add(), right=value) if 0 < (number(value) or 0) < 1e-3:
                yield code.swap(value, _TOO_LARGE)
