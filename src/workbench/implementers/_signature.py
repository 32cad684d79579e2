"""Parameters, arguments and literals in syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Set
from typing import Any

import libcst as cst

NO = object()  # what is no literal has this value


def literal(value: Any) -> cst.BaseExpression:
    """Return the expression of a plain value; a list becomes a tuple, which no call can change."""
    return cst.parse_expression(repr(tuple(value) if isinstance(value, list) else value))


def constant(node: cst.BaseExpression) -> Any:
    """Return the value of a literal, or `NO`."""
    if isinstance(node, cst.Name):
        return {"True": True, "False": False}.get(node.value, NO)
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        return node.evaluated_value
    if isinstance(node, cst.Tuple | cst.List | cst.Set):
        values = [constant(element.value) for element in node.elements]
        return NO if NO in values else tuple(values)
    if isinstance(node, cst.Integer | cst.Float):
        return ast.literal_eval(node.value)
    return NO


def is_self(node: cst.Attribute) -> bool:
    """Say whether an attribute is one of ``self``."""
    return isinstance(node.value, cst.Name) and node.value.value == "self"


def without_parameters(parameters: cst.Parameters, names: Set[str]) -> cst.Parameters:
    """Take parameters out, and the star behind which none is left."""
    if not names & {param.name.value for param in parameters_of(parameters)}:
        return parameters
    plain = [param for param in parameters.params if param.name.value not in names]
    keyword = [param for param in parameters.kwonly_params if param.name.value not in names]
    star = parameters.star_arg
    if isinstance(star, cst.ParamStar) and not keyword:
        star = cst.MaybeSentinel.DEFAULT
    before = parameters_of(parameters)[-1]
    rest = keyword or plain
    if rest:  # without a last comma a formatter may join the lines
        rest[-1] = rest[-1].with_changes(
            comma=cst.MaybeSentinel.DEFAULT,
            whitespace_after_param=_before_bracket(before.comma, before.whitespace_after_param),
        )
    return parameters.with_changes(params=plain, kwonly_params=keyword, star_arg=star)


def tidy_call(before: cst.Call, after: cst.Call) -> cst.Call:
    """Take the trailing comma from a call that lost arguments, so that a formatter may join it."""
    if len(after.args) == len(before.args) or not after.args:
        return after
    former = before.args[-1]
    last = after.args[-1].with_changes(
        comma=cst.MaybeSentinel.DEFAULT,
        whitespace_after_arg=_before_bracket(former.comma, former.whitespace_after_arg),
    )
    return after.with_changes(args=[*after.args[:-1], last])


def _before_bracket(
    comma: cst.Comma | cst.MaybeSentinel, space: cst.BaseParenthesizableWhitespace
) -> cst.BaseParenthesizableWhitespace:
    """Give what stood between the last item, or the comma after it, and the closing bracket."""
    return comma.whitespace_after if isinstance(comma, cst.Comma) else space


def parameters_of(params: cst.Parameters) -> list[cst.Param]:
    """List a function's parameters without the starred ones."""
    return [*params.posonly_params, *params.params, *params.kwonly_params]
