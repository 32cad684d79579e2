"""From a blueprint's source to the module of one spec, by edits of its syntax tree.

The literals that describe the blueprint go, the choices are bound, what has lost its use is
pruned; then the main class gets the spec's name, its options the spec's values as defaults, its
inputs the spec's names, and the target's base class and registration; docstrings, imports and
layout follow the target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import libcst as cst

from workbench.implementers import Target
from workbench.implementers._bind import bind
from workbench.implementers._catalogue import LITERALS, Blueprint
from workbench.implementers._imports import (
    add_import,
    follow_future_habit,
    follow_torch_habits,
    import_of,
)
from workbench.implementers._prune import prune
from workbench.implementers._signature import literal, parameters_of
from workbench.implementers._strings import fit_strings
from workbench.implementers._style import Manner, fit_comments, restyle
from workbench.implementers._uses import defined
from workbench.records import Study


@dataclass(frozen=True)
class Order:
    """What is to become of a blueprint.

    Args:
        name: The name of the main class.
        kind: The spec's kind; base class and registration depend on it.
        choices: A word for each choice.
        options: The values of the options.
        inputs: New names for the arguments of one call, by their names in the blueprint.
    """

    name: str
    kind: str
    choices: Mapping[str, str]
    options: Mapping[str, Any]
    inputs: Mapping[str, str]


def specialise(blueprint: Blueprint, order: Order, study: Study, target: Target) -> str:
    """Write the module of one spec.

    Args:
        blueprint: Where it comes from.
        order: What is to become of it.
        study: The target's habits.
        target: Where it goes.

    Returns:
        The source, laid out as the target lays out its own.
    """
    path = target.placement.path
    module = reduced(blueprint, order.choices)
    module = _renamed(module, blueprint.text["name"], order)
    module = module.visit(_Defaults(order))
    module = _in_target(module, order, study, target)
    module = follow_torch_habits(module, study)
    module = follow_future_habit(module, study)
    indentation = study.value("indentation", 4)
    tab = "\t" if indentation == "tab" else " " * int(indentation)
    module = module.with_changes(default_indent=tab)
    width = int(study.value("line length", 88))
    style = str(study.value("docstring style", "google"))
    others = {word for words in blueprint.choices.values() for word in words}
    unsaid = frozenset(others - set(order.choices.values()))
    module = restyle(module, Manner(style, width, order.choices, unsaid))
    if study.value("module __all__", False) or study.value("init re-exports") == "star":
        module = add_import(module, cst.parse_statement(f"__all__ = [{order.name!r}]"))
    # Before and after: a formatter breaks a line whose comment is too long, and may make others so.
    source = target.format(path, fit_comments(_header(study) + module.code, width))
    return target.format(path, fit_comments(fit_strings(source, width), width))


def reduced(blueprint: Blueprint, choices: Mapping[str, str]) -> cst.Module:
    """Bind a blueprint's choices and prune what they leave without use.

    Args:
        blueprint: The blueprint.
        choices: A word for each choice.

    Returns:
        Its tree, without the literals that describe it.
    """
    return _reduced(blueprint.source, blueprint.text["name"], tuple(choices.items()))


@cache
def _reduced(source: str, main: str, choices: tuple[tuple[str, str], ...]) -> cst.Module:
    before = cst.parse_module(source)
    code = [node for node in before.body if not set(defined(node)) & set(LITERALS)]
    before = before.with_changes(body=code)
    return prune(bind(before, dict(choices)), before, main)


def _renamed(module: cst.Module, old: str, order: Order) -> cst.Module:
    """Give the main class its name; a part of the blueprint that has it already makes room."""
    names = {old: order.name}
    if order.name != old and order.name in {name for node in module.body for name in defined(node)}:
        names[order.name] = f"{order.name}Part"
    module = module.visit(_Rename(names))
    changed = {former: new for former, new in order.inputs.items() if former != new}
    if not changed:
        return module
    body = [
        node.visit(_RenameInputs(changed, constructor=order.kind == "dataset"))
        if isinstance(node, cst.ClassDef) and node.name.value == order.name
        else node
        for node in module.body
    ]
    return module.with_changes(body=body)


class _Rename(cst.CSTTransformer):
    """Renames things everywhere: in code, docstrings and comments."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names
        self._pattern = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
        self._kept: set[int] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._kept.add(id(node.attr))

    def visit_Arg(self, node: cst.Arg) -> None:
        self._kept.add(id(node.keyword))

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        if id(original_node) in self._kept:
            return updated_node
        return updated_node.with_changes(value=self._new(updated_node.value))

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        return updated_node.with_changes(value=self._new(updated_node.value))

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        return updated_node.with_changes(value=self._new(updated_node.value))

    def leave_Comment(self, original_node: cst.Comment, updated_node: cst.Comment) -> cst.Comment:
        return updated_node.with_changes(value=self._new(updated_node.value))

    def _new(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._names[found[1]], text)


class _RenameInputs(cst.CSTTransformer):
    """Renames the arguments of a call in every method of the main class that has them.

    Args:
        names: New names by former ones.
        constructor: Whether they are the constructor's: a data set is given its data there.
    """

    def __init__(self, names: Mapping[str, str], *, constructor: bool) -> None:
        super().__init__()
        self._names, self._constructor = names, constructor

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> Any:
        taken = {param.name.value for param in parameters_of(updated_node.params)}
        names = {former: new for former, new in self._names.items() if former in taken}
        if not names or (updated_node.name.value == "__init__") != self._constructor:
            return updated_node
        return updated_node.visit(_Rename(names))


class _Defaults(cst.CSTTransformer):
    """Sets the constructor's defaults to the spec's values."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        return node.name.value == self._order.name

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return node.name.value == "__init__"

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        option = updated_node.name.value
        if option not in self._order.options:
            return updated_node
        return updated_node.with_changes(default=literal(self._order.options[option]))


def _in_target(module: cst.Module, order: Order, study: Study, target: Target) -> cst.Module:
    """Derive the main class from the target's base class and register it where that is usual."""
    placement = target.placement
    new: dict[str, Any] = {}
    home, _, base = placement.base.rpartition(".")
    if home and placement.base != "torch.nn.Module":
        taken = {name for node in module.body for name in defined(node)}
        alias = f"Base{base}" if base in taken else base
        relative = study.value("import style") == "relative"
        module = add_import(
            module, import_of(home, base, alias, placement.module if relative else "")
        )
        new["bases"] = [cst.Arg(cst.Name(alias))]
    registry = study.value(f"{order.kind} registry") or {}
    if registry.get("form") == "decorator" and registry.get("on") == "class":
        module = add_import(module, cst.parse_statement(registry["import"]))
        name = PurePosixPath(placement.path).stem
        if registry.get("name") == "CamelCase":
            name = order.name
        call = cst.parse_expression(registry["text"].lstrip("@").replace("{name}", name))
        new["decorators"] = [cst.Decorator(call)]
    body = [
        node.with_changes(**new)
        if isinstance(node, cst.ClassDef) and node.name.value == order.name
        else node
        for node in module.body
    ]
    return module.with_changes(body=body)


def _header(study: Study) -> str:
    header = str(study.value("licence header") or "").rstrip()
    return f"{header}\n\n" if header else ""
