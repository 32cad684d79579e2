"""One layer fewer is built or run than was asked for.

Why: ``range(n - 1)`` is one key away, and every shape is the same.
Kill: count the layers, or assert that every parameter receives a gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Shorten ranges and loops over layers by one."""
    for node in code.nodes(ast.comprehension | ast.For):  # type: ignore[arg-type]
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=[*_, last]):
                end = last if len(node.iter.args) < 3 else node.iter.args[1]
                yield code.swap(end, f"{code.operand(end)} - 1")
            case ast.Attribute(value=ast.Name(id="self")) as layers:
                yield code.swap(layers, f"list({code.text(layers)})[:-1]")
