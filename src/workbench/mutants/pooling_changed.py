"""The whole is summed up in another way: maximum for mean, last for first.

Why: one vector per example comes out of each of them.
Kill: compare with a reference on inputs whose tokens (or pixels) differ.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 1
_OTHERS = {
    "mean": "amax",
    "amax": "mean",
    "AdaptiveAvgPool1d": "AdaptiveMaxPool1d",
    "AdaptiveAvgPool2d": "AdaptiveMaxPool2d",
    "AdaptiveMaxPool2d": "AdaptiveAvgPool2d",
    "AvgPool2d": "MaxPool2d",
    "MaxPool2d": "AvgPool2d",
    "adaptive_avg_pool1d": "adaptive_max_pool1d",
    "adaptive_avg_pool2d": "adaptive_max_pool2d",
    "avg_pool2d": "max_pool2d",
    "max_pool2d": "avg_pool2d",
}


def mutate(code: Code) -> Iterator[Mutation]:
    """Pool in another way, and take the last in the place of the first."""
    for call in code.calls(*_OTHERS):
        name = last_name(call.func)
        if isinstance(call.func, ast.Attribute) and (
            name not in {"mean", "amax"} or _has_axis(call)
        ):
            yield code.swap(call.func, f"{code.text(call.func.value)}.{_OTHERS[name]}")
    for node in code.nodes(ast.Subscript):
        match node.slice:
            case ast.Tuple(elts=[ast.Slice(), ast.Constant(value=0) as first, *_]):
                yield code.swap(first, "-1")
            case ast.Tuple(
                elts=[ast.Slice(), ast.UnaryOp(operand=ast.Constant(value=1)) as last, *_]
            ):
                yield code.swap(last, "0")


def _has_axis(call: ast.Call) -> bool:
    return bool(call.args) or any(keyword.arg == "dim" for keyword in call.keywords)
