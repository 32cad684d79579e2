"""Groups of queries share the wrong keys and values.

Why: repeating each head and repeating all heads give the same shape.
Kill: compare grouped-query attention with a reference that repeats each head explicitly.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Repeat the whole where each part should be repeated."""
    for call in code.calls("repeat_interleave"):
        match call:
            case ast.Call(func=ast.Attribute(value=whole), args=[times, *_]):
                axis = argument(call, 1, "dim")
                if axis is not None:
                    copies = f"[{code.text(whole)}] * {code.operand(times)}"
                    yield code.swap(call, f"torch.cat({copies}, dim={code.text(axis)})")
