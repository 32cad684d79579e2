"""A function returns another variable than it should.

Why: the names of a step and of the step before are alike.
Kill: assert the value that comes back, not only its shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Return the first argument, or what one call was given, in the place of the result."""
    for statement in code.nodes(ast.Return):
        function = code.function(statement)
        if statement.value is None or function is None or isinstance(statement.value, ast.Constant):
            continue
        arguments = [argument.arg for argument in function.args.args if argument.arg != "self"]
        if arguments and not (
            isinstance(statement.value, ast.Name) and statement.value.id == arguments[0]
        ):
            yield code.swap(statement.value, arguments[0])
        match statement.value:
            case ast.Call(args=[inner]) if not isinstance(inner, ast.Starred | ast.GeneratorExp):
                yield code.swap(statement.value, code.text(inner))
            case ast.Tuple(elts=[one, other]):
                pairs: list[tuple[ast.AST, str]] = [
                    (one, code.text(other)),
                    (other, code.text(one)),
                ]
                yield code.swap_all(pairs)
