"""Examples are shuffled that must keep their order, or keep it where they must not.

Why: a validation set has the same mean in any order, and training works without shuffling as well.
Kill: assert the order of the examples of a validation loader, and two different orders in training.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import number

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Turn every setting of shuffling around, and shuffle where nothing is said."""
    for call in code.nodes(ast.Call):
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        value = named.get("shuffle")
        if isinstance(value, ast.Constant) and isinstance(value.value, bool):
            yield code.swap(value, str(not value.value))
        elif value is not None and number(value) is None:
            yield code.swap(value, f"not {code.operand(value)}")
    for call in code.calls("DataLoader"):
        names = {keyword.arg for keyword in call.keywords}
        if not names & {"shuffle", "sampler", "batch_sampler", None}:
            yield code.add_argument(call, "shuffle=True")
