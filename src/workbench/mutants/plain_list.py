"""Layers are kept in a plain list: the module does not know their parameters.

Why: the forward pass is the same; only ``parameters()``, ``state_dict()`` and ``to()`` miss them.
Kill: count the parameters, save and load, and assert that every parameter receives a gradient.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Replace registering containers by Python's own."""
    for call in code.calls("ModuleList", "ParameterList", "ModuleDict", "ParameterDict"):
        if len(call.args) == 1:
            plain = "list" if last_name(call.func).endswith("List") else "dict"
            yield code.swap(call.func, plain)
