"""Sequences are padded on the wrong side.

Why: shapes and lengths are the same, and the model even learns, with positions that mean nothing.
Kill: pad two sequences of different lengths and assert where the padding stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 0
_PADS = {"pad", "pads", "padding", "filler", "fill"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Exchange the two sides wherever something is padded."""
    for call in code.calls("pad"):
        sides = call.args[1] if len(call.args) > 1 else None
        if isinstance(sides, ast.Tuple | ast.List) and len(sides.elts) in (2, 4):
            first, second = sides.elts[:2]
            if code.text(first) != code.text(second):
                yield code.swap_all([(first, code.text(second)), (second, code.text(first))])
    for keyword in code.nodes(ast.keyword):
        side = keyword.value
        if keyword.arg == "padding_side" and isinstance(side, ast.Constant):
            yield code.swap(side, repr({"left": "right"}.get(str(side.value), "left")))
    for call in code.calls("cat", "concat", "concatenate"):
        parts = call.args[0] if call.args else None
        if isinstance(parts, ast.List | ast.Tuple) and len(parts.elts) == 2:
            first, second = parts.elts
            if bool(words(first) & _PADS) != bool(words(second) & _PADS):
                yield code.swap_all([(first, code.text(second)), (second, code.text(first))])
    for joined in code.nodes(ast.BinOp):
        if isinstance(joined.op, ast.Add) and _is_filler(joined.right):
            left, right = code.operand(joined.left), code.operand(joined.right)
            yield code.swap(joined, f"{right} + {left}")


def _is_filler(node: ast.expr) -> bool:
    """Tell whether something is a list that is repeated, as ``[pad] * count`` is."""
    repeated = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
    return repeated and isinstance(node.left, ast.List)  # type: ignore[attr-defined]
