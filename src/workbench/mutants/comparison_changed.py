"""A comparison draws its border elsewhere, or says the opposite.

Why: whether the border itself belongs to it is easily forgotten.
Kill: test both sides of the border and the border itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2
_BORDER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def mutate(code: Code) -> Iterator[Mutation]:
    """Change one comparison at a time, also within a chain such as ``0 <= x < 1``."""
    for node in code.nodes(ast.Compare):
        signs = [_SIGNS[type(op)] for op in node.ops]
        for place, sign in enumerate(signs):
            for table in (_BORDER, _OPPOSITE):
                if sign in table:
                    changed = [*signs[:place], table[sign], *signs[place + 1 :]]
                    yield code.swap(node, _text(code, node, changed))


def _text(code: Code, node: ast.Compare, signs: list[str]) -> str:
    pairs = zip(signs, node.comparators, strict=True)
    rest = [f" {sign} {code.operand(right)}" for sign, right in pairs]
    return code.operand(node.left) + "".join(rest)
