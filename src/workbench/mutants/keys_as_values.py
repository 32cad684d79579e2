"""Attention gathers keys in the place of values.

Why: both come from the same input and have the same shape.
Kill: compare with a reference, or assert that the value projection receives a gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import split

RANK = 0
_KEY, _VALUE = frozenset({"k", "key", "keys"}), frozenset({"v", "value", "values"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Put the keys where the values are gathered."""
    for call in code.nodes(ast.Call):
        match call.args:
            case [_, ast.Name() as key, ast.Name() as value, *_] if (
                split(key.id) & _KEY and split(value.id) & _VALUE
            ):
                yield code.swap(value, key.id)
    for product in code.nodes(ast.BinOp):
        match product:
            case ast.BinOp(op=ast.MatMult(), right=ast.Name(id=name) as value) if (
                split(name) & _VALUE
            ):
                key_name = _key_beside(code, product, name)
                if key_name:
                    yield code.swap(value, key_name)


def _key_beside(code: Code, node: ast.AST, value: str) -> str:
    """Name the keys that belong to some values, where the function knows them."""
    function = code.function(node)
    known = (
        {part.id for part in ast.walk(function) if isinstance(part, ast.Name)}
        if function
        else set()
    )
    known |= (
        {part.arg for part in ast.walk(function) if isinstance(part, ast.arg)}
        if function
        else set()
    )
    likely = {"v": "k", "value": "key", "values": "keys"}.get(value, "")
    return likely if likely in known else ""
