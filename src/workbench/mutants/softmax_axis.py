"""A softmax normalises over the wrong axis.

Why: over queries instead of keys the weights still lie between zero and one.
Kill: assert that the weights sum to one over the keys, or compare with a reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, number

RANK = 0
_NAMES = ("softmax", "log_softmax", "softmin", "Softmax", "LogSoftmax", "logsumexp")


def mutate(code: Code) -> Iterator[Mutation]:
    """Take the neighbour of the axis that is written down."""
    for call in code.calls(*_NAMES):
        for place in (0, 1):
            axis = argument(call, place, "dim")
            if (value := number(axis)) is not None:
                assert axis is not None
                yield code.swap(axis, str(int(value) - 1 if value < 0 else int(value) + 1))
                break
