"""What the names in capitals in the test cells stand for, as expressions over a spec's facts."""

from __future__ import annotations

from typing import Any

import libcst as cst

from workbench.implementers._facts import Facts
from workbench.implementers._signature import literal
from workbench.spec import Tensor

_MATH = frozenset({"prod", "ceil", "floor", "log", "sqrt"})


def placeholders(facts: Facts) -> dict[str, cst.BaseExpression]:
    """Give the expression for each name that is replaced where it is used.

    Args:
        facts: What the spec says.

    Returns:
        Expressions by name.
    """
    first = facts.first
    spec = facts.spec
    ragged = spec.roles.get("ragged", "")
    found: dict[str, cst.BaseExpression] = {
        "Subject": cst.Name(spec.name),
        "INPUT": literal(first.name),
        "MASK": literal(facts.mask),
        "SECOND": literal(([*spec.inputs, "", ""])[1]),
        "TARGET": literal(spec.role("target")),
        "WEIGHT": literal(spec.role("weight")),
        "COUNT": literal(first.axes[0].text if first.axes else ""),
        "HAS_DATA": cst.Name(str(bool(spec.inputs))),
        "DATA_SIZES": cst.parse_expression(repr(facts.data_sizes)),
        "RAGGED": literal([x.name for x in facts.inputs if ragged in [a.text for a in x.axes]]),
        "WIDTH": over_options(facts.output.axes[-1].text if facts.output.axes else "1", facts),
        "HAS_MASK": cst.Name(str(bool(facts.mask))),
        "CASES": _as_list(facts.cases),
        "BAD_OPTIONS": _as_list(facts.bad_options),
        "EDGE_OPTIONS": _as_list(facts.edge_options),
        "MANY": literal(facts.many),
        "FIXED_AXIS": literal(facts.fixed_axis or 0),
        "TIME_AXIS": literal(facts.time_axis),
        "KEEPS_TIME": cst.Name(str(facts.keeps_time)),
        "HAS_CLASSES": cst.Name(str(bool(facts.classes))),
        "LIMIT": over_options(facts.limit or "0", facts),
        "CLASSES": over_options(facts.classes or "0", facts),
        "CONVOLUTIONS": over_options(facts.right("convolution layers") or "0", facts),
        "ATTENTION_LAYERS": over_options(facts.right("attention layers") or "0", facts),
        "ATTENTION_HEADS": over_options(facts.right("attention heads") or "0", facts),
    }
    if first.low is not None and first.high is not None:
        found["LOW"] = over_options(first.low.text, facts)
        found["HIGH"] = over_options(first.high.text, facts)
    if "parameters" in facts.needs:
        closed_form = spec.requires[facts.ids(["parameters"])[0]].expression
        found["FULL_COUNT"] = literal(int(closed_form.value(facts.full)))
    return found


def over_options(text: str, facts: Facts, table: str = "OPTIONS") -> cst.BaseExpression:
    """Write a closed form as code: ``vocab_size - 1`` becomes ``OPTIONS['vocab_size'] - 1``.

    Args:
        text: A closed form; names of sizes stay.
        facts: What the spec says.
        table: The name of the options in the code.

    Returns:
        The expression.
    """
    written: Any = cst.parse_expression(text).visit(_OverOptions(set(facts.full), table))
    return written


def value_of(
    tensor: Tensor, ways: dict[str, cst.BaseExpression], facts: Facts
) -> cst.BaseExpression:
    """Write how a random input is made.

    Args:
        tensor: The input.
        ways: For each type an expression with the names SHAPE, LOW and HIGH.
        facts: What the spec says.

    Returns:
        The expression.
    """
    bounded = tensor.low is not None and tensor.high is not None
    way = "int" if "int" in tensor.dtype else "bool" if tensor.dtype == "bool" else "float"
    if way == "float" and bounded:
        way = "bounded float"
    values = {"SHAPE": shape(tensor, facts), "LOW": literal(0), "HIGH": literal(9)}
    if tensor.low is not None and tensor.high is not None:
        values["LOW"] = over_options(tensor.low.text, facts)
        values["HIGH"] = over_options(tensor.high.text, facts)
    made: Any = ways[way].visit(Replace(values))
    return made.visit(_PlusOne())


def shape(tensor: Tensor, facts: Facts) -> cst.Tuple:
    """Write the shape of a tensor over options and sizes."""
    axes = [
        over_options(axis.text.lstrip("#"), facts) if axis.kind == "size" else literal(1)
        for axis in tensor.axes
        if axis.kind != "several"
    ]
    return cst.Tuple([cst.Element(axis) for axis in axes])


def _as_list(entries: list[dict[str, int]]) -> cst.List:
    return cst.List([cst.Element(cst.parse_expression(repr(entry))) for entry in entries])


class Replace(cst.CSTTransformer):
    """Puts expressions in the place of names."""

    def __init__(self, values: dict[str, cst.BaseExpression]) -> None:
        super().__init__()
        self._values = values
        self._kept: set[int] = set()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._kept.add(id(node.attr))

    def visit_Arg(self, node: cst.Arg) -> None:
        self._kept.add(id(node.keyword))

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if id(original_node) in self._kept or updated_node.value not in self._values:
            return updated_node
        new = self._values[updated_node.value].deep_clone()
        if isinstance(new, cst.BinaryOperation | cst.IfExp | cst.Comparison) and not new.lpar:
            return new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return new

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(value=_alone(original_node.value, updated_node.value))

    def leave_Element(self, original_node: cst.Element, updated_node: cst.Element) -> cst.Element:
        return updated_node.with_changes(value=_alone(original_node.value, updated_node.value))


def _alone(before: cst.BaseExpression, after: cst.BaseExpression) -> cst.BaseExpression:
    """Take the brackets off an expression that took the place of a name between commas."""
    replaced = isinstance(before, cst.Name) and isinstance(after, cst.BinaryOperation)
    return after.with_changes(lpar=[], rpar=[]) if replaced else after


class _OverOptions(cst.CSTTransformer):
    def __init__(self, names: set[str], table: str) -> None:
        super().__init__()
        self._names, self._table = names, table

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if updated_node.value not in self._names:
            return updated_node
        index = cst.SubscriptElement(cst.Index(literal(updated_node.value)))
        return cst.Subscript(cst.Name(self._table), [index])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = updated_node.func
        if isinstance(func, cst.Name) and func.value in _MATH:
            return updated_node.with_changes(func=cst.Attribute(cst.Name("math"), func))
        return updated_node


class _PlusOne(cst.CSTTransformer):
    """Simplifies ``(n - 1) + 1``, which the bounds of random integers often are."""

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        left = updated_node.left
        if (
            isinstance(updated_node.operator, cst.Add)
            and isinstance(left, cst.BinaryOperation)
            and isinstance(left.operator, cst.Subtract)
            and left.right.deep_equals(updated_node.right)
        ):
            return left.left
        return updated_node
