"""A layer has no bias where it should have one, or has one where it should not.

Why: the default is a bias; a bias that is zero at the start changes no output of a fresh module.
Kill: count the parameters, or compare with a reference under random weights.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument

RANK = 1
_LAYERS = (
    "Linear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "LayerNorm",
    "MultiheadAttention",
    "ConvTranspose2d",
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Turn the bias of each layer round."""
    for call in code.calls(*_LAYERS):
        bias = argument(call, -1, "bias")
        if bias is None and not any(keyword.arg is None for keyword in call.keywords):
            yield code.add_argument(call, "bias=False")
        elif isinstance(bias, ast.Constant):
            yield code.swap(bias, str(not bias.value))
