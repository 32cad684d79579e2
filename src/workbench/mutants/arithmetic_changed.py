"""An arithmetic operator is another one.

Why: signs and orders are the most common slips of all.
Kill: compare with values that were computed by hand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2
_OTHERS: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}


def mutate(code: Code) -> Iterator[Mutation]:
    """Exchange one operator at a time."""
    for node in code.nodes(ast.BinOp):
        if type(node.op) in _OTHERS and not _is_text(node):
            sign = _OTHERS[type(node.op)]
            yield code.swap(node, f"{code.operand(node.left)} {sign} {code.operand(node.right)}")
    for statement in code.nodes(ast.AugAssign):
        if type(statement.op) in _OTHERS:
            sign = _OTHERS[type(statement.op)]
            text = f"{code.text(statement.target)} {sign}= {code.text(statement.value)}"
            yield code.swap(statement, text)
    for negative in code.nodes(ast.UnaryOp):
        if isinstance(negative.op, ast.USub) and not isinstance(negative.operand, ast.Constant):
            yield code.swap(negative, code.text(negative.operand))


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )
