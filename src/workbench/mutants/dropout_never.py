"""Dropout is missing: nothing is dropped in training.

Why: the network trains, evaluation is the same, only the generalisation suffers.
Kill: in training, with a rate far from zero, call twice and assert that the outputs differ.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, number, split

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Pass on what should be dropped, and set rates to zero."""
    for call in code.nodes(ast.Call):
        name = last_name(call.func)
        if call.args and split(name) & {"dropout", "drop"}:
            yield code.swap(call, code.text(call.args[0]))
        if name in {"Dropout", "Dropout1d", "Dropout2d", "AlphaDropout"}:
            rate = argument(call, 0, "p")
            if rate is not None:
                yield code.swap(rate, "0.0")
    for keyword in code.nodes(ast.keyword):
        if keyword.arg in {"dropout_p", "dropout", "attn_dropout"} and number(keyword.value) != 0:
            yield code.swap(keyword.value, "0.0")
    for choice in code.nodes(ast.IfExp):
        if last_name(choice.test) == "training":
            yield code.swap(choice, code.text(choice.orelse))
