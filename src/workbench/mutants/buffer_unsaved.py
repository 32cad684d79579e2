"""A buffer is not saved with the module, or is saved though it should not be, or is no buffer.

Why: nothing is different until a checkpoint is loaded or the module is moved to a device.
Kill: assert the keys of ``state_dict()``, and load a checkpoint into an instance built with another
seed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Turn persistence round, and make buffers plain attributes."""
    for call in code.calls("register_buffer"):
        persistent = argument(call, 2, "persistent")
        if persistent is None:
            yield code.add_argument(call, "persistent=False")
        elif isinstance(persistent, ast.Constant):
            yield code.swap(persistent, str(not persistent.value))
        match call:
            case ast.Call(args=[ast.Constant(value=str(name)), value, *_]) if name.isidentifier():
                if isinstance(code.parent(call), ast.Expr):
                    yield code.swap(code.parent(call), f"self.{name} = {code.operand(value)}")
