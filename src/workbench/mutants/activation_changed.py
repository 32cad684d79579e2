"""Another activation function is used.

Why: all of them keep the shape, and most networks train with any of them.
Kill: compare with a reference, on inputs of both signs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 1
_OTHERS = {
    "gelu": "relu",
    "relu": "gelu",
    "silu": "relu",
    "elu": "relu",
    "leaky_relu": "relu",
    "tanh": "sigmoid",
    "sigmoid": "tanh",
    "softplus": "relu",
    "GELU": "ReLU",
    "ReLU": "GELU",
    "SiLU": "ReLU",
    "ELU": "ReLU",
    "LeakyReLU": "ReLU",
    "Tanh": "Sigmoid",
    "Sigmoid": "Tanh",
    "Softplus": "ReLU",
}
_METHODS = frozenset({"relu", "tanh", "sigmoid"})


def mutate(code: Code) -> Iterator[Mutation]:
    """Call or build another activation, and approximate what was exact."""
    for call in code.calls(*_OTHERS):
        name = last_name(call.func)
        other = _OTHERS[name]
        is_method = isinstance(call.func, ast.Attribute) and not call.args and name in _METHODS
        if is_method and other not in _METHODS:
            other = "tanh"
        if isinstance(call.func, ast.Attribute):
            settings = (
                "" if name[0].isupper() else ", ".join(code.text(part) for part in call.args[:1])
            )
            yield code.swap(call, f"{code.text(call.func.value)}.{other}({settings})")
        if name in {"gelu", "GELU"} and not call.keywords:
            yield code.add_argument(call, 'approximate="tanh"')
    for node in code.nodes(ast.Attribute):
        parent = code.parent(node)
        if node.attr in _OTHERS and not (isinstance(parent, ast.Call) and parent.func is node):
            yield code.swap(node, f"{code.text(node.value)}.{_OTHERS[node.attr]}")
