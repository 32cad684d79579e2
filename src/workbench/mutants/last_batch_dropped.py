"""The last batch, which is smaller, is dropped, or kept where it must be dropped.

Why: a few examples more or less change no curve; a metric over a small set is wrong by a little.
Kill: load a set whose size is no multiple of the batch, and count the examples.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Turn every setting round, drop where nothing is said, and round numbers of batches down."""
    for keyword in code.nodes(ast.keyword):
        if keyword.arg == "drop_last" and isinstance(keyword.value, ast.Constant):
            yield code.swap(keyword.value, str(not keyword.value.value))
    for call in code.calls("DataLoader"):
        names = {keyword.arg for keyword in call.keywords}
        if not names & {"drop_last", "batch_sampler", None}:
            yield code.add_argument(call, "drop_last=True")
    for call in code.calls("ceil"):
        inner = call.args[0] if call.args else None
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
            yield code.swap(call, f"{code.operand(inner.left)} // {code.operand(inner.right)}")
    for negative in code.nodes(ast.UnaryOp):  # -(-a // b) rounds up
        match negative:
            case ast.UnaryOp(
                op=ast.USub(),
                operand=ast.BinOp(
                    op=ast.FloorDiv(), left=ast.UnaryOp(op=ast.USub(), operand=left), right=right
                ),
            ):
                yield code.swap(negative, f"{code.operand(left)} // {code.operand(right)}")
