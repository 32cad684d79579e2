"""One side of a sum or of a product is missing.

Why: a term gets lost when a formula is written down.
Kill: compare with values that were computed by hand, under weights that are not degenerate.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Keep one side of each sum and product."""
    for node in code.nodes(ast.BinOp):
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.MatMult):
            for side in (node.left, node.right):
                if not isinstance(side, ast.JoinedStr):
                    yield code.swap(node, code.text(side))
