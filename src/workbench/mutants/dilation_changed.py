"""A layer looks at other neighbours: its dilation is wrong.

Why: with padding to match, every shape stays the same.
Kill: assert which inputs an output depends on.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._settings import changed

RANK = 1
_OTHERS: dict[float, str] = {1: "2", 2: "1"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Change the setting where it is written down."""
    return changed(code, "dilation", 5, _OTHERS)
