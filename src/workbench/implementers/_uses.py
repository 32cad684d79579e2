"""What a module's statements define and use, and what some definitions reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst


def reached(module: cst.Module, roots: set[str]) -> cst.Module:
    """Keep the statements that some definitions reach, and of imports the names that they reach.

    Args:
        module: The tree.
        roots: The definitions that everything else serves.

    Returns:
        The tree without the rest.
    """
    needed, waiting = set(roots), set(roots)
    while waiting:
        reading = [node for node in module.body if waiting & set(defined(node))]
        waiting = used(*reading).names - needed
        needed |= waiting
    body: list[Any] = []
    for index, node in enumerate(module.body):
        if _is_docstring(node, index) or not set(defined(node)):
            body.append(node)
        elif set(defined(node)) & needed:
            body.append(_with_imports(node, needed))
    return module.with_changes(body=body)


def _is_docstring(node: cst.CSTNode, index: int) -> bool:
    return (
        index == 0
        and isinstance(node, cst.SimpleStatementLine)
        and isinstance(node.body[0], cst.Expr)
    )


def defined(node: cst.CSTNode) -> Iterator[str]:
    """Name what a module-level statement defines; nothing for ``from __future__``."""
    if isinstance(node, cst.ClassDef | cst.FunctionDef):
        yield node.name.value
    if isinstance(node, cst.SimpleStatementLine):
        for small in node.body:
            if isinstance(small, cst.Assign):
                yield from (name for target in small.targets for name in _names(target.target))
            elif isinstance(small, cst.AnnAssign):
                yield from _names(small.target)
            elif isinstance(small, cst.Import | cst.ImportFrom) and not _is_future(small):
                yield from (bound(alias) for alias in aliases(small))


def _names(target: cst.BaseExpression) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _names(element.value)


def _is_future(node: cst.Import | cst.ImportFrom) -> bool:
    return (
        isinstance(node, cst.ImportFrom)
        and isinstance(node.module, cst.Name)
        and node.module.value == "__future__"
    )


def aliases(node: cst.Import | cst.ImportFrom) -> list[cst.ImportAlias]:
    """List what an import names; nothing for a star."""
    return [] if isinstance(node.names, cst.ImportStar) else list(node.names)


def bound(alias: cst.ImportAlias) -> str:
    """Name what an import makes known: ``F`` for ``import torch.nn.functional as F``."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return alias.evaluated_name.partition(".")[0]


def _with_imports(node: cst.CSTNode, needed: set[str]) -> cst.CSTNode:
    small = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Import | cst.ImportFrom):
        return node
    kept = [alias for alias in aliases(small) if bound(alias) in needed]
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(body=[small.with_changes(names=kept)])


class Used(cst.CSTVisitor):
    """Collects the names that are read, attributes included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        self.attributes.add(node.attr.value)
        node.value.visit(self)
        return False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> bool:
        return _reads_within(node.target, self)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> bool:
        node.annotation.visit(self)
        if node.value:
            node.value.visit(self)
        return _reads_within(node.target, self)

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Param(self, node: cst.Param) -> bool:
        for part in (node.annotation, node.default):
            if part:
                part.visit(self)
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        for part in (*node.decorators, node.params, node.returns, node.body):
            if part:
                part.visit(self)
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:
        for part in (*node.decorators, *node.bases, *node.keywords, node.body):
            part.visit(self)
        return False


def _reads_within(target: cst.BaseExpression, used: Used) -> bool:
    """Read what a target reads: the list in ``a[0] = 1``, the object in ``a.b = 1``, no more."""
    if isinstance(target, cst.Attribute):
        target.value.visit(used)
    elif isinstance(target, cst.Subscript):
        target.visit(used)
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            _reads_within(element.value, used)
    return False


def used(*nodes: cst.CSTNode) -> Used:
    """Collect what some nodes read."""
    found = Used()
    for node in nodes:
        node.visit(found)
    return found
