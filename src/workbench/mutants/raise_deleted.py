"""An error is not raised: bad input goes through.

Why: the checks of the input are the last thing that is written and the last that is tried.
Kill: give the bad input and assert the error and its message.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 2


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out every raise and every assertion."""
    for statement in code.nodes(ast.stmt):
        if isinstance(statement, ast.Raise | ast.Assert):
            yield code.swap(statement, "pass")
