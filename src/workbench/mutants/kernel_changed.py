"""A kernel has another size.

Why: with padding to match, every shape stays the same.
Kill: count the parameters, or assert which inputs an output depends on.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._settings import changed

RANK = 1
_OTHERS: dict[float, str] = {1: "3", 3: "1", 5: "3", 7: "3"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Change the setting where it is written down."""
    return changed(code, "kernel_size", 2, _OTHERS)
