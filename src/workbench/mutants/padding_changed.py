"""A layer pads too little or too much.

Why: ``kernel_size // 2`` is forgotten, and pooling at the end hides the size.
Kill: assert the spatial size after each stage, and compare with a reference at the border.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._settings import changed

RANK = 1
_OTHERS: dict[float, str] = {0: "1"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Change the setting where it is written down."""
    return changed(code, "padding", 4, _OTHERS, otherwise="0")
