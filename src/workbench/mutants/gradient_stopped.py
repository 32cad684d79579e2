"""The gradient is stopped on its way.

Why: a ``detach`` that was put in to look at a value changes no output.
Kill: call backward and assert that every parameter, and the input, receives a gradient that is not
zero.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Detach what goes into submodules and what functions return; compute without gradients."""
    for call in code.nodes(ast.Call):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="self")), args=[ast.Name(id=name) as given, *_]
            ) if _computes(code, call):
                yield code.swap(given, f"{name}.detach()")
    for function in code.forwards():
        if code.binds("torch"):
            yield code.insert(function, "@torch.no_grad()")


def _computes(code: Code, call: ast.Call) -> bool:
    """Tell whether a call's value is used, in a method that works on tensors."""
    function = code.function(call)
    in_use = not isinstance(code.parent(call), ast.Expr)
    return in_use and function is not None and function.name != "__init__"
