"""Imports in the target's manner: what is imported how, and with which names in annotations."""

from __future__ import annotations

import re

import libcst as cst

from workbench.implementers._uses import aliases, bound, defined
from workbench.records import Study

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def add_import(module: cst.Module, statement: Statement) -> cst.Module:
    """Put a statement after the last import, unless it is there already."""
    if any(node.deep_equals(statement) for node in module.body):
        return module
    imports = [index for index, node in enumerate(module.body) if _is_import(node)]
    place = imports[-1] + 1 if imports else (1 if module.get_docstring() else 0)
    return module.with_changes(body=[*module.body[:place], statement, *module.body[place:]])


def import_of(home: str, name: str, alias: str, importer: str) -> Statement:
    """Write ``from home import name``.

    Args:
        home: The module that defines it.
        name: What is imported.
        alias: The name that it gets here.
        importer: The module that imports, for a relative import; ``""`` for an absolute one.

    Returns:
        The statement.
    """
    written = home
    if importer:
        ours, theirs = importer.split(".")[:-1], home.split(".")
        shared = 0
        while shared < min(len(ours), len(theirs) - 1) and ours[shared] == theirs[shared]:
            shared += 1
        if shared:
            written = "." * (len(ours) - shared + 1) + ".".join(theirs[shared:])
    renamed = f" as {alias}" if alias != name else ""
    return cst.parse_statement(f"from {written} import {name}{renamed}")


def follow_torch_habits(module: cst.Module, study: Study) -> cst.Module:
    """Import torch's parts as the target does: ``nn``, ``F`` and ``Tensor`` or ``torch.Tensor``.

    Args:
        module: The tree.
        study: The target's habits.

    Returns:
        The same program.
    """
    used = {name for node in module.body for name in defined(node)}
    if study.value("tensor name") == "torch.Tensor" and "Tensor" in used:
        module = _without_name(module, "Tensor").visit(_LongTensor())
        module = add_import(module, cst.parse_statement("import torch"))
    for name, topic in (("nn", "nn import"), ("F", "functional import")):
        habit = str(study.value(topic) or "")
        if name in used and _binds_only(habit, name):
            module = add_import(_without_name(module, name), cst.parse_statement(habit))
    return module


def follow_future_habit(module: cst.Module, study: Study) -> cst.Module:
    """Drop ``from __future__ import annotations`` where the target has not got it and it is safe.

    It is safe if the oldest Python of the target knows ``X | None`` (3.10) and no annotation names
    something that is defined further down.
    """
    oldest = re.search(r">=\s*3\.(\d+)", str(study.value("python") or ""))
    if study.value("future annotations") is not False or not oldest or int(oldest[1]) < 10:
        return module
    later = {name for node in module.body for name in defined(node)}
    for node in module.body:
        found = _Annotations()
        node.visit(found)
        if found.names & later and not isinstance(node, cst.SimpleStatementLine):
            return module
        later -= set(defined(node))
    return module.with_changes(body=[node for node in module.body if not _is_future(node)])


class _Annotations(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._depth = 0

    def visit_Annotation(self, node: cst.Annotation) -> None:
        self._depth += 1

    def leave_Annotation(self, original_node: cst.Annotation) -> None:
        self._depth -= 1

    def visit_Name(self, node: cst.Name) -> None:
        if self._depth:
            self.names.add(node.value)


class _LongTensor(cst.CSTTransformer):
    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return (
            cst.parse_expression("torch.Tensor") if updated_node.value == "Tensor" else updated_node
        )

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return node.attr.value != "Tensor"

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        return False


def _without_name(module: cst.Module, name: str) -> cst.Module:
    """Take one imported name out of the imports."""
    body = []
    for node in module.body:
        small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
        if isinstance(small, cst.Import | cst.ImportFrom) and name in set(defined(node)):
            kept = [alias for alias in aliases(small) if bound(alias) != name]
            if not kept:
                continue
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            node = node.with_changes(body=[small.with_changes(names=kept)])
        body.append(node)
    return module.with_changes(body=body)


def _binds_only(statement: str, name: str) -> bool:
    """Say whether a statement of the target is an import from torch that makes one name known."""
    try:
        node = cst.parse_statement(statement)
    except cst.ParserSyntaxError:
        return False
    return _is_import(node) and "torch" in statement and list(defined(node)) == [name]


def _is_import(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and isinstance(
        node.body[0], cst.Import | cst.ImportFrom
    )


def _is_future(node: cst.CSTNode) -> bool:
    return _is_import(node) and not list(defined(node))
