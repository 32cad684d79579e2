"""Code that the target already has, read and never run: does its interface fit the contract?"""

from __future__ import annotations

import ast
from typing import Any

from workbench.errors import Refused, nearest
from workbench.implementers import Target
from workbench.implementers._demands import Demand, demands
from workbench.spec import Spec


def interface_of(spec: Spec, target: Target) -> tuple[dict[str, Any], list[Demand]]:
    """Read the class that a spec is about, and compare it with the contract.

    Args:
        spec: A spec with ``existing``.
        target: The target.

    Returns:
        The options that its tests build it with, and what its constructor demands of them.

    Raises:
        Refused: The file has no such class, or its constructor or call differ from the contract.
    """
    source = target.read(spec.existing)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        problem = f"{spec.existing}:{error.lineno} is not Python: {error.msg}"
        raise Refused("blueprint", [problem]) from error
    kinds = ast.ClassDef | ast.FunctionDef if spec.kind == "training" else ast.ClassDef
    classes = {node.name: node for node in tree.body if isinstance(node, kinds)}
    if spec.name not in classes:
        problem = f"{spec.existing} defines no class {spec.name!r}: {nearest(spec.name, classes)}"
        raise Refused("blueprint", [problem])
    node = classes[spec.name]
    if isinstance(node, ast.FunctionDef) or spec.kind in ("metric", "dataset", "training"):
        return dict(spec.options), demands(source, spec.name)  # a run tells what does not fit
    if all(tensor.optional for tensor in spec.inputs.values()) or len(spec.outputs) != 1:
        problem = "to test code that is there, write the inputs and the one output of a call"
        raise Refused("blueprint", [problem])
    reasons = [
        *_constructor(spec, node),
        *_call(spec, node),
    ]
    if reasons:
        raise Refused("blueprint", reasons)
    return dict(spec.options), demands(source, spec.name)


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    found = (part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == name)
    return next(found, None)


def _constructor(spec: Spec, node: ast.ClassDef) -> list[str]:
    start = _method(node, "__init__")
    if start is None or start.args.kwarg is not None:
        return []  # inherited or open: only a run can tell
    own = [argument.arg for argument in [*start.args.args[1:], *start.args.kwonlyargs]]
    needed = [argument.arg for argument in start.args.args[1:]]
    needed = needed[: len(needed) - len(start.args.defaults)]
    needed += [
        argument.arg
        for argument, default in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True)
        if default is None
    ]
    unknown = [
        f"{spec.name} has no option {option!r}: {nearest(option, own)}"
        for option in spec.options
        if option not in own
    ]
    missing = [
        f"{spec.name} cannot be built without {option!r}; give it a value in the options"
        for option in needed
        if option not in spec.options
    ]
    return unknown + missing


def _call(spec: Spec, node: ast.ClassDef) -> list[str]:
    forward = _method(node, "forward")
    if forward is None:
        return []
    arguments = [argument.arg for argument in [*forward.args.args[1:], *forward.args.kwonlyargs]]
    return [
        f"a call of {spec.name} has no argument {name!r}: {nearest(name, arguments)}"
        for name in spec.inputs
        if name not in arguments and forward.args.kwarg is None
    ]
