"""What a module shows to whoever uses it: names, signatures, types and docstrings, and no body.

It is what the author of blind tests sees. Private names, constants and every statement of a body
are left out; what a docstring gives away, its author wanted to be known.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

_KEPT = {"__init__", "__call__", "__len__", "__getitem__", "__iter__"}


def interface(source: str) -> str:
    """Reduce a module to its interface.

    Args:
        source: Python that compiles.

    Returns:
        Python with ``...`` where the bodies were.
    """
    tree = ast.parse(source)
    return ast.unparse(ast.Module(_shown(tree.body, public_only=True), type_ignores=[]))


def _shown(body: Sequence[ast.stmt], *, public_only: bool) -> list[ast.stmt]:
    kept: list[ast.stmt] = []
    for number, node in enumerate(body):
        if number == 0 and _is_text(node):
            kept.append(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _public(node.name):
            node.body = [*node.body[: _is_text(node.body[0])], ast.Expr(ast.Constant(...))]
            kept.append(node)
        elif isinstance(node, ast.ClassDef) and _public(node.name):
            node.body = _shown(node.body, public_only=False) or [ast.Expr(ast.Constant(...))]
            kept.append(node)
        elif isinstance(node, ast.AnnAssign) and not public_only:
            kept.append(node)  # a field of a configuration
    return kept


def _public(name: str) -> bool:
    return not name.startswith("_") or name in _KEPT


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
