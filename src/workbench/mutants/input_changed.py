"""An input is changed in place.

Why: it saves memory, and the output is the same.
Kill: copy the inputs, call, and assert that they are as they were.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 1
_IN_PLACE = (
    "masked_fill",
    "clamp",
    "clamp_min",
    "clamp_max",
    "relu",
    "add",
    "mul",
    "sub",
    "div",
    "exp",
    "sigmoid",
    "tanh",
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Use the variant that works in place, and add to arguments in place."""
    for call in code.calls(*_IN_PLACE):
        match call.func:
            case ast.Attribute(value=ast.Name(id="F"), attr="relu"):
                yield code.add_argument(call, "inplace=True")
            case ast.Attribute(value=whole, attr=name) if last_name(whole) not in {
                "torch",
                "F",
                "math",
            }:
                yield code.swap(call.func, f"{code.text(whole)}.{name}_")
    for call in code.calls("ReLU", "GELU", "SiLU"):
        if last_name(call.func) != "GELU" and not call.keywords:
            yield code.add_argument(call, "inplace=True")
    for statement in code.nodes(ast.Assign):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(
                    left=ast.Name(id=left), op=ast.Add() | ast.Mult() as op, right=right
                ),
            ) if name == left:
                sign = "+" if isinstance(op, ast.Add) else "*"
                yield code.swap(statement, f"{name} {sign}= {code.text(right)}")
