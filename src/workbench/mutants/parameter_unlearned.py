"""A parameter is no parameter, or is not learned.

Why: a tensor as an attribute computes the same, and never changes.
Kill: assert which parameters there are and that each receives a gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Make parameters plain tensors, and freeze them."""
    for call in code.calls("Parameter"):
        if len(call.args) == 1 and not call.keywords:
            yield code.swap(call, code.text(call.args[0]))
            yield code.add_argument(call, "requires_grad=False")
    for keyword in code.nodes(ast.keyword):
        if keyword.arg == "requires_grad" and isinstance(keyword.value, ast.Constant):
            yield code.swap(keyword.value, str(not keyword.value.value))
    for call in code.calls("requires_grad_"):
        assert isinstance(call.func, ast.Attribute)
        yield code.swap(call, code.text(call.func.value))
