"""A causal mask is off by one or looks the other way.

Why: whether the diagonal belongs to the triangle is easily forgotten, and one step of the future is
enough to cheat.
Kill: change one token and assert that no earlier output changes, and that its own output does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, number

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Move the diagonal of triangles by one, and take the other triangle."""
    for call in code.calls("tril", "triu"):
        assert isinstance(call.func, ast.Attribute | ast.Name)
        on_torch = isinstance(call.func, ast.Name) or last_name(call.func.value) == "torch"
        diagonal = argument(call, 1 if on_torch else 0, "diagonal")
        if diagonal is None:
            yield code.add_argument(call, "diagonal=1")
            yield code.add_argument(call, "diagonal=-1")
        elif (value := number(diagonal)) is not None:
            yield code.swap(diagonal, str(int(value) + 1))
            yield code.swap(diagonal, str(int(value) - 1))
        name = last_name(call.func)
        other = {"tril": "triu", "triu": "tril"}[name]
        yield code.swap(call.func, code.text(call.func).removesuffix(name) + other)
    for keyword in code.nodes(ast.keyword):
        if keyword.arg == "is_causal" and isinstance(keyword.value, ast.Constant):
            yield code.swap(keyword.value, str(not keyword.value.value))
