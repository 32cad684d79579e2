"""A normalisation is missing.

Why: on inputs of ordinary size the network runs and trains as before.
Kill: multiply the input of the block by ten and assert what the norm promises, or compare with a
reference.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name, split

RANK = 0
_NORMS = frozenset(
    {"norm", "ln", "bn", "layernorm", "batchnorm", "rmsnorm", "groupnorm", "instancenorm"}
)
_CLASSES = (
    "LayerNorm",
    "RMSNorm",
    "GroupNorm",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "InstanceNorm2d",
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Pass on what should be normalised; where a norm is only built, build an identity."""
    for call in code.nodes(ast.Call):
        name = last_name(call.func)
        if not call.args or name in _CLASSES or name.startswith("clip"):
            continue
        if split(name) & _NORMS and not _is_measure(call):
            yield code.swap(call, code.text(call.args[0]))
    for call in code.calls(*_CLASSES):
        yield code.swap(call, "nn.Identity()" if code.binds("nn") else "torch.nn.Identity()")


def _is_measure(call: ast.Call) -> bool:
    """Tell whether the call measures a length, as ``x.norm(dim=-1)`` does."""
    return last_name(call.func) == "norm" and not (
        isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "self"
    )
