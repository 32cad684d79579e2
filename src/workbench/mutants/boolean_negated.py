"""A condition says the opposite, or one of two conditions is enough (or not).

Why: negations are easily lost, and ``and`` is said where ``or`` is meant.
Kill: test both branches, and each part of the condition by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Negate conditions, exchange ``and`` and ``or``, and turn True and False round."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                yield code.swap(node, code.text(inner))
            case ast.BoolOp(op=op, values=values):
                joint = " or " if isinstance(op, ast.And) else " and "
                yield code.swap(node, joint.join(code.operand(value) for value in values))
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                if not isinstance(test, ast.Compare | ast.UnaryOp):
                    yield code.swap(test, f"not {code.operand(test)}")
            case ast.Constant(value=bool(value)):
                yield code.swap(node, str(not value))
