"""An activation function is missing: two linear layers follow each other.

Why: everything runs and trains, only less can be learned.
Kill: compare with a reference, or assert that the block is not linear.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 1
_FUNCTIONS = (
    *("gelu", "relu", "silu", "elu", "leaky_relu", "tanh", "sigmoid", "softplus"),
    *("act", "activation", "nonlinearity"),
)
_CLASSES = ("GELU", "ReLU", "SiLU", "ELU", "LeakyReLU", "Tanh", "Sigmoid", "Softplus", "PReLU")


def mutate(code: Code) -> Iterator[Mutation]:
    """Pass on what should be activated; where an activation is built, build an identity."""
    for call in code.calls(*_FUNCTIONS):
        if call.args:
            yield code.swap(call, code.text(call.args[0]))
        elif isinstance(call.func, ast.Attribute):
            yield code.swap(call, code.text(call.func.value))
    for call in code.calls(*_CLASSES):
        yield code.swap(call, "nn.Identity()" if code.binds("nn") else "torch.nn.Identity()")
