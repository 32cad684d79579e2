"""All layers are one and the same: their parameters are shared.

Why: ``[layer] * n`` looks like a list of n layers.
Kill: count the parameters, or assert that two layers do not hold the same tensor.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Build one layer and repeat it."""
    for call in code.calls("ModuleList", "Sequential"):
        match call.args:
            case (
                [ast.ListComp() as made]
                | [ast.GeneratorExp() as made]
                | [ast.Starred(value=ast.ListComp() | ast.GeneratorExp() as made)]
            ):
                yield from _repeated(code, call, made)


def _repeated(
    code: Code, call: ast.Call, made: ast.ListComp | ast.GeneratorExp
) -> Iterator[Mutation]:
    match made.generators:
        case [
            ast.comprehension(
                target=ast.Name(id=counter),
                iter=ast.Call(func=ast.Name(id="range"), args=[count]),
                ifs=[],
            )
        ] if not any(isinstance(n, ast.Name) and n.id == counter for n in ast.walk(made.elt)):
            star = "*" if isinstance(call.args[0], ast.Starred) else ""
            repeated = f"{star}[{code.text(made.elt)}] * {code.operand(count)}"
            if star:
                repeated = f"*([{code.text(made.elt)}] * {code.operand(count)})"
            yield code.swap(call, f"{code.text(call.func)}({repeated})")
