"""A layer moves by another stride.

Why: a stride of 1 and one of 2 differ by one character, and pooling at the end hides the size.
Kill: assert the spatial size after each stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._settings import changed

RANK = 1
_OTHERS: dict[float, str] = {1: "2", 2: "1"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Change the setting where it is written down."""
    return changed(code, "stride", 3, _OTHERS)
