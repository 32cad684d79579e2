"""Take out of a module what has lost its last use: definitions, imports, methods, keywords.

Only what was used in the module as it was before, and no longer is, goes: a public method that
nobody there ever called stays. Module-level names are kept if the main class reaches them.
"""

from __future__ import annotations

import libcst as cst

from workbench.implementers._signature import is_self, parameters_of, tidy_call, without_parameters
from workbench.implementers._uses import reached, used

Removed = dict[str, dict[str, int]]  # by callable: the place of each parameter that goes


def prune(module: cst.Module, before: cst.Module, main: str) -> cst.Module:
    """Remove everything that has lost its last use.

    Args:
        module: The tree to prune.
        before: The tree as it was when everything in it was used.
        main: The class that everything else serves.

    Returns:
        The pruned tree.
    """
    once = used(before).attributes
    while True:
        module = reached(module, {main})
        lost = _Lost(once - used(module).attributes)
        module = module.visit(lost)
        removed = _lost_parameters(module)
        if removed:
            module = module.visit(_DropParameters(removed))
        elif not lost.found:
            return module


class _Lost(cst.CSTTransformer):
    """Removes methods and attributes that are read no more, and local names that never are."""

    def __init__(self, members: set[str]) -> None:
        super().__init__()
        self._members = members
        self._read: list[set[str]] = []  # by each function around, the innermost last
        self._classes = 0
        self.found = False

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._classes += 1

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._classes -= 1
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._read.append(used(node.body).names)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        self._read.pop()
        method = self._classes and not self._read
        if method and updated_node.name.value in self._members:
            return self._remove()
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        target = _single_target(updated_node)
        if isinstance(target, cst.Attribute) and is_self(target):
            return self._remove() if target.attr.value in self._members else updated_node
        if self._read and isinstance(target, cst.Name) and target.value not in self._read[-1]:
            return self._remove()
        return updated_node

    def _remove(self) -> cst.RemovalSentinel:
        self.found = True
        return cst.RemoveFromParent()


def _single_target(line: cst.SimpleStatementLine) -> cst.BaseExpression | None:
    small = line.body[0]
    if len(line.body) == 1 and isinstance(small, cst.Assign) and len(small.targets) == 1:
        return small.targets[0].target
    return small.target if isinstance(small, cst.AnnAssign) and small.value else None


def _lost_parameters(module: cst.Module) -> Removed:
    """Find the parameters that their function never reads.

    Only constructors, module-level functions and private methods count: all their callers are in
    the module.
    """
    removed: Removed = {}
    for node in module.body:
        if isinstance(node, cst.FunctionDef):
            _collect(node, node.name.value, removed)
        if isinstance(node, cst.ClassDef):
            for member in node.body.body:
                if isinstance(member, cst.FunctionDef):
                    name = member.name.value
                    if name == "__init__":
                        _collect(member, node.name.value, removed)
                    elif name.startswith("_") and not name.startswith("__"):
                        _collect(member, name, removed)
    return removed


def _collect(function: cst.FunctionDef, called: str, removed: Removed) -> None:
    read = used(function.body).names
    places = [param.name.value for param in parameters_of(function.params)]
    if places and places[0] in ("self", "cls"):
        places = places[1:]
    lost = {name: place for place, name in enumerate(places) if name not in read}
    if lost:
        removed[called] = lost


class _DropParameters(cst.CSTTransformer):
    def __init__(self, removed: Removed) -> None:
        super().__init__()
        self._removed = removed
        self._classes: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._classes.append(node.name.value)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._classes.pop()
        return updated_node

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        name = updated_node.name.value
        called = self._classes[-1] if name == "__init__" and self._classes else name
        lost = self._removed.get(called, {})
        return updated_node.with_changes(params=without_parameters(updated_node.params, set(lost)))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = updated_node.func
        called = func.value if isinstance(func, cst.Name) else ""
        if isinstance(func, cst.Attribute) and is_self(func):
            called = func.attr.value
        lost = self._removed.get(called)
        if not lost:
            return updated_node
        kept = [
            argument
            for place, argument in enumerate(updated_node.args)
            if (
                argument.keyword.value not in lost
                if argument.keyword
                else place not in lost.values()
            )
        ]
        return tidy_call(updated_node, updated_node.with_changes(args=kept))
