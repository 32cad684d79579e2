"""Queries and keys change places: attention is transposed.

Why: in self-attention both have the same shape.
Kill: compare with a reference under different weights for queries and keys.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, split

RANK = 0
_QUERY, _KEY = frozenset({"q", "query", "queries"}), frozenset({"k", "key", "keys"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Exchange the two in calls, in products and where they are unpacked."""
    for node in code.nodes(ast.AST):
        match node:
            case ast.Call(args=given):
                for query, key in pairwise(given):
                    if _is(query, _QUERY) and _is(key, _KEY):
                        yield _exchanged(code, query, key)
            case ast.BinOp(
                left=query, op=ast.MatMult(), right=ast.Call(func=ast.Attribute(value=key))
            ) if _is(query, _QUERY) and _is(key, _KEY):
                yield _exchanged(code, query, key)
            case ast.BinOp(left=query, op=ast.MatMult(), right=ast.Attribute(value=key)) if _is(
                query, _QUERY
            ) and _is(key, _KEY):
                yield _exchanged(code, query, key)
            case ast.Assign(targets=[ast.Tuple(elts=[query, key, *_])]) if _is(
                query, _QUERY
            ) and _is(key, _KEY):
                yield _exchanged(code, query, key)


def _exchanged(code: Code, one: ast.expr, other: ast.expr) -> Mutation:
    return code.swap_all([(one, code.operand(other)), (other, code.operand(one))])


def _is(node: ast.expr, meant: frozenset[str]) -> bool:
    """Tell whether a name, perhaps a call on it, means queries (or keys)."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return bool(split(last_name(node)) & meant)
