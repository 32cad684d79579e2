"""Bind choices in a module's syntax tree: what a choice decides is decided, and its name is gone.

A choice is a keyword that functions take, pass on as ``positions=positions`` and keep as
``self.positions``. Each is replaced by its word; comparisons, boolean operations, conditional
expressions and ``if`` chains that have become constant are folded; parameters, arguments and
attributes of that name are taken out, and so is what stands behind a return or raise.

Not covered: choices that reach code by other ways (positional arguments, dictionaries, ``match``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from workbench.implementers._signature import (
    NO,
    constant,
    is_self,
    literal,
    parameters_of,
    tidy_call,
    without_parameters,
)

_COMPARE: dict[type[cst.BaseCompOp], Callable[[Any, Any], bool]] = {
    cst.Equal: lambda left, right: left == right,
    cst.NotEqual: lambda left, right: left != right,
    cst.In: lambda left, right: left in right,
    cst.NotIn: lambda left, right: left not in right,
}
_ENDS = (cst.Return, cst.Raise, cst.Continue, cst.Break)
Statements = cst.FlattenSentinel[cst.BaseStatement]


def bind(module: cst.Module, choices: Mapping[str, str]) -> cst.Module:
    """Bind choices.

    Args:
        module: The tree.
        choices: A word for each choice.

    Returns:
        The tree without the choices.
    """
    return module.visit(_Bind(choices))


class _Bind(cst.CSTTransformer):
    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._choices = choices
        self._names: list[set[str]] = [set()]  # choices in scope, innermost function last
        self._attributes: list[set[str]] = [set()]  # choices kept on self, innermost class last
        self._kept: set[int] = set()  # names that are no references
        self._elifs: set[int] = set()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        found = _KeptChoices(self._choices)
        node.visit(found)
        self._attributes.append(found.kept)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self._attributes.pop()
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        own = {param.name.value for param in parameters_of(node.params)}
        self._names.append(self._names[-1] | own & self._choices.keys())

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._names.pop()
        return updated_node

    def visit_Param(self, node: cst.Param) -> None:
        self._kept.add(id(node.name))

    def leave_Parameters(
        self, original_node: cst.Parameters, updated_node: cst.Parameters
    ) -> cst.Parameters:
        return without_parameters(updated_node, self._names[-1])

    def visit_Arg(self, node: cst.Arg) -> None:
        self._kept.add(id(node.keyword))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> Any:
        word = updated_node.keyword.value if updated_node.keyword else ""
        passed_on = word in self._choices and constant(updated_node.value) == self._choices[word]
        return cst.RemoveFromParent() if passed_on else updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        return tidy_call(original_node, updated_node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._kept.add(id(node.attr))

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        if is_self(updated_node) and updated_node.attr.value in self._attributes[-1]:
            return literal(self._choices[updated_node.attr.value])
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if updated_node.value in self._names[-1] and id(original_node) not in self._kept:
            return literal(self._choices[updated_node.value])
        return updated_node

    def visit_Assign(self, node: cst.Assign) -> bool:
        return not self._keeps_choice(node)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> Any:
        return cst.RemoveFromParent() if self._keeps_choice(original_node) else updated_node

    def _keeps_choice(self, node: cst.Assign) -> bool:
        target = node.targets[0].target
        return (
            isinstance(target, cst.Attribute)
            and is_self(target)
            and target.attr.value in self._attributes[-1]
        )

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        return updated_node if updated_node.body else cst.RemoveFromParent()

    def leave_Comparison(
        self, original_node: cst.Comparison, updated_node: cst.Comparison
    ) -> cst.BaseExpression:
        values = [constant(updated_node.left)]
        values += [constant(target.comparator) for target in updated_node.comparisons]
        tests = [_COMPARE.get(type(target.operator)) for target in updated_node.comparisons]
        if NO in values or None in tests:
            return updated_node
        pairs = zip(tests, values, values[1:], strict=False)
        return cst.Name(str(all(test(left, right) for test, left, right in pairs if test)))

    def leave_UnaryOperation(
        self, original_node: cst.UnaryOperation, updated_node: cst.UnaryOperation
    ) -> cst.BaseExpression:
        value = constant(updated_node.expression)
        if isinstance(updated_node.operator, cst.Not) and value is not NO:
            return cst.Name(str(not value))
        return updated_node

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        stops_at = isinstance(updated_node.operator, cst.Or)
        left, right = constant(updated_node.left), constant(updated_node.right)
        if left is not NO:
            return _within(
                updated_node, updated_node.left if left == stops_at else updated_node.right
            )
        if right is not NO and bool(right) != stops_at:
            return _within(updated_node, updated_node.left)
        return updated_node

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        value = constant(updated_node.test)
        if value is NO:
            return updated_node
        return _within(updated_node, updated_node.body if value else updated_node.orelse)

    def leave_FormattedStringExpression(
        self,
        original_node: cst.FormattedStringExpression,
        updated_node: cst.FormattedStringExpression,
    ) -> cst.FormattedStringExpression | cst.FormattedStringText:
        value = constant(updated_node.expression)
        if not isinstance(value, str):
            return updated_node
        return cst.FormattedStringText(repr(value) if updated_node.conversion == "r" else value)

    def visit_If(self, node: cst.If) -> None:
        if isinstance(node.orelse, cst.If):
            self._elifs.add(id(node.orelse))

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> Any:
        value = constant(updated_node.test)
        if value is NO:
            return updated_node
        if id(original_node) in self._elifs:
            if value:
                return cst.Else(body=updated_node.body)
            return updated_node.orelse or cst.RemoveFromParent()
        if value:
            return _spliced(updated_node.body, updated_node.leading_lines)
        blank = [line for line in updated_node.leading_lines if line.comment is None]
        if isinstance(updated_node.orelse, cst.If):
            return updated_node.orelse.with_changes(leading_lines=blank)
        if isinstance(updated_node.orelse, cst.Else):
            return _spliced(updated_node.orelse.body, blank)
        return cst.RemoveFromParent()

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        for index, statement in enumerate(updated_node.body):
            if isinstance(statement, cst.SimpleStatementLine) and isinstance(
                statement.body[-1], _ENDS
            ):
                return updated_node.with_changes(body=updated_node.body[: index + 1])
        return updated_node


class _KeptChoices(cst.CSTVisitor):
    """Finds the choices that a class keeps: ``self.positions = positions``."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._choices = choices
        self.kept: set[str] = set()

    def visit_Assign(self, node: cst.Assign) -> None:
        target, value = node.targets[0].target, node.value
        if isinstance(target, cst.Attribute) and isinstance(value, cst.Name) and is_self(target):
            self.kept |= {target.attr.value} & {value.value} & self._choices.keys()


def _within(outer: cst.BaseExpression, inner: cst.BaseExpression) -> cst.BaseExpression:
    """Put an inner expression in the place of the outer one, with its brackets."""
    if isinstance(inner, cst.Name | cst.Call | cst.Attribute | cst.Integer) or inner.lpar:
        return inner
    return inner.with_changes(lpar=outer.lpar, rpar=outer.rpar)


def _spliced(body: cst.BaseSuite, leading: Any) -> Statements:
    """Put the statements of a decided branch in the place of the whole ``if``."""
    if isinstance(body, cst.SimpleStatementSuite):
        statements: list[Any] = [cst.SimpleStatementLine(body.body)]
    else:
        statements = list(body.body)
    if statements:
        first = statements[0]
        statements[0] = first.with_changes(leading_lines=[*leading, *first.leading_lines])
    return cst.FlattenSentinel(statements)
