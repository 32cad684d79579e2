"""All workers or ranks draw the same random numbers.

Why: there are random numbers, each worker just has the same ones; the augmentation is less varied.
Kill: load with two workers and assert that their random numbers differ.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 0
_EACH = {"worker", "rank", "id"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Take from a seed what makes it differ from worker to worker."""
    for total in code.nodes(ast.BinOp):
        if not isinstance(total.op, ast.Add):
            continue
        for seed, other in ((total.left, total.right), (total.right, total.left)):
            if "seed" in words(seed) and words(other) & _EACH:
                yield code.swap(total, code.text(seed))
    for keyword in code.nodes(ast.keyword):
        if keyword.arg == "worker_init_fn":
            yield code.swap(keyword.value, "None")
