"""Code that the target already has, read and never run: does its interface fit the contract?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import Refused, nearest
from workbench.implementers import Configuration, Target, configuration
from workbench.implementers._demands import Demand, demands
from workbench.spec import Spec


@dataclass(frozen=True)
class Interface:
    """What the code that is there can be told.

    Args:
        options: What its tests build it with.
        demands: What its constructor demands of them.
        others: Further values of its options that its text speaks of, by option.
        optional: Arguments of a call that may be left out and are not in the contract.
        configuration: The class of the one configuration that its constructor takes, or ``""``.
        several: How the first of several outputs is taken, ``[0]``; ``""`` where there is but one.
    """

    options: Mapping[str, Any]
    demands: list[Demand]
    others: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    configuration: str = ""
    several: str = ""


def interface_of(spec: Spec, target: Target) -> Interface:
    """Read the class that a spec is about, and compare it with the contract.

    Args:
        spec: A spec with ``existing``.
        target: The target.

    Returns:
        What it can be told.

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
        # A run tells what does not fit.
        others = dict(_others(node, tree)) if isinstance(node, ast.ClassDef) else {}
        return Interface(spec.options, demands(source, spec.name), others)
    if all(tensor.optional for tensor in spec.inputs.values()) or len(spec.outputs) != 1:
        problem = "to test code that is there, write the inputs and the one output of a call"
        raise Refused("blueprint", [problem])
    held = configuration(node, tree)
    reasons = [
        *_constructor(spec, node, held),
        *_call(spec, node),
    ]
    if reasons:
        raise Refused("blueprint", reasons)
    optional = tuple(name for name in _left_out(node) if name not in spec.inputs)
    return Interface(
        spec.options,
        demands(source, spec.name),
        dict(_others(node, tree)),
        optional,
        held.name if held else "",
        _first_of_several(node),
    )


def _others(node: ast.ClassDef, tree: ast.Module) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """List for each option the words that it is compared with, and a value in the place of None."""
    start = _method(node, "__init__")
    arguments = [*start.args.args[1:], *start.args.kwonlyargs] if start else []
    nothing = {name for name, default in _defaults(start) if _is_none(default)} if start else set()
    for argument in arguments:
        note = ast.unparse(argument.annotation) if argument.annotation else ""
        words = dict.fromkeys(_compared(argument.arg, argument.annotation, tree))
        if words or argument.arg not in nothing:
            yield argument.arg, tuple(words)
        else:
            kinds = {"bool": True, "float": 0.5, "int": 2}
            found = [value for kind, value in kinds.items() if kind in note or not note]
            yield argument.arg, tuple(found[-1:])


def _compared(name: str, annotation: ast.expr | None, tree: ast.Module) -> Iterator[str]:
    """Find the words that an option may be: those of its type, and those it is compared with."""
    if annotation is not None and "Literal" in ast.unparse(annotation):
        yield from _words(annotation)
    for part in ast.walk(tree):
        if isinstance(part, ast.Compare):
            sides = [part.left, *part.comparators]
            if any(ast.unparse(side).split(".")[-1] == name for side in sides):
                yield from (word for side in sides for word in _words(side))
        elif isinstance(part, ast.Call) and ast.unparse(part.func) == "isinstance":
            if ast.unparse(part.args[0]).split(".")[-1] == name:
                yield "nonsense"  # a value of another type may be refused
        elif isinstance(part, ast.Match) and ast.unparse(part.subject).split(".")[-1] == name:
            yield from (word for case in part.cases for word in _words(case.pattern))


def _words(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _first_of_several(node: ast.ClassDef) -> str:
    """Say how a call's first output is taken, where every return gives several of them."""
    forward = _method(node, "forward")
    returned = [part.value for part in ast.walk(forward or node) if isinstance(part, ast.Return)]
    given = [value for value in returned if value is not None] if forward else []
    if given and all(isinstance(value, ast.Tuple) for value in given):
        return "[0]"
    keys = {
        ast.unparse(value.keys[0])
        for value in given
        if isinstance(value, ast.Dict)
        if value.keys and value.keys[0] is not None
    }
    alike = len(keys) == 1 and all(isinstance(value, ast.Dict) for value in given)
    return f"[{keys.pop()}]" if alike else ""


def _left_out(node: ast.ClassDef) -> Iterator[str]:
    """Name the arguments of a call that may be left out."""
    forward = _method(node, "forward")
    if forward is not None:
        yield from (name for name, default in _defaults(forward) if default is not None)


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr | None]]:
    arguments, given = function.args.args, function.args.defaults
    missing: list[ast.expr | None] = [None] * (len(arguments) - len(given))
    for argument, default in zip(arguments, [*missing, *given], strict=True):
        yield argument.arg, default
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        yield argument.arg, default


def _is_none(default: ast.expr | None) -> bool:
    return isinstance(default, ast.Constant) and default.value is None


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    found = (part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == name)
    return next(found, None)


def _constructor(spec: Spec, node: ast.ClassDef, held: Configuration | None) -> list[str]:
    start = _method(node, "__init__")
    if start is None or start.args.kwarg is not None:
        return []  # inherited or open: only a run can tell
    own = [argument.arg for argument in [*start.args.args[1:], *start.args.kwonlyargs]]
    needed = [name for name, default in [*_defaults(start)][1:] if default is None]
    if held is not None:
        own += held.fields
        needed = [name for name, part in held.fields.items() if part.value is None]
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
