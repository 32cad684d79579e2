"""Weights start from other values than they should.

Why: the module learns anyway, only more slowly or not at depth.
Kill: build with a seed and assert mean and spread of the weights, layer by layer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 1
_CONSTANTS = {"zeros_": "ones_", "ones_": "zeros_"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out calls that initialise, widen their spread, and exchange zeros and ones."""
    for call in code.nodes(ast.Call):
        name = last_name(call.func)
        if not isinstance(code.parent(call), ast.Expr) or not isinstance(call.func, ast.Attribute):
            continue
        if last_name(call.func.value) == "init" or name in {"normal_", "uniform_", *_CONSTANTS}:
            yield code.swap(code.parent(call), "pass")
            yield from _changed(code, call, name)


def _changed(code: Code, call: ast.Call, name: str) -> Iterator[Mutation]:
    assert isinstance(call.func, ast.Attribute)
    if name in _CONSTANTS:
        yield code.swap(call.func, f"{code.text(call.func.value)}.{_CONSTANTS[name]}")
    for keyword in call.keywords:
        if keyword.arg in {"std", "gain", "a", "b", "mean", "val"}:
            yield code.swap(keyword.value, f"10 * {code.operand(keyword.value)} + 1e-3")
