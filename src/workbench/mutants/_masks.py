"""Tells by its name whether something is a mask."""

from __future__ import annotations

import ast

from workbench.mutants._read import words

_MASKS = frozenset(
    {"mask", "masks", "padding", "pad", "visible", "valid", "causal", "keep", "allowed"}
)


def is_mask(node: ast.expr) -> bool:
    """Tell whether a name, or a piece or the opposite of what it names, is called a mask."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and bool(words(node) & _MASKS)
