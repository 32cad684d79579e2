"""Dropout is active in evaluation too.

Why: ``F.dropout`` drops by default, whatever mode the module is in.
Kill: in evaluation, call twice with different seeds and assert that the outputs are the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, split, words

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Take away what asks for the mode."""
    for call in code.calls("dropout", "dropout1d", "dropout2d", "alpha_dropout"):
        training = argument(call, 2, "training")
        if training is not None and "training" in words(training):
            yield code.swap(training, "True")
    for choice in code.nodes(ast.IfExp):
        if last_name(choice.test) == "training":
            yield code.swap(choice, code.text(choice.body))
    for call in code.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[x]) if (
                "dropout" in split(name) or "drop" in split(name)
            ):
                library = "nn" if code.binds("nn") else "torch.nn"
                rate = f"{code.text(call.func)}.p"
                yield code.swap(call, f"{library}.functional.dropout({code.text(x)}, {rate})")
