"""One file of test cells, bound to the facts of a spec."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import libcst as cst

from workbench.implementers._bind import bind
from workbench.implementers._facts import MEASURED, Facts
from workbench.implementers._placeholders import (
    Replace,
    over_options,
    placeholders,
    shape,
    value_of,
)
from workbench.implementers._uses import defined

_LINE = re.compile(r"^\s*(Covers|Needs):\s*(.*?)\s*$", re.MULTILINE)
_CONSTANTS = ("OPTIONS", "DEFAULTS", "PROBES", "REFUSALS", "OPTIONAL", "PARTS", "ROLES", *MEASURED)


def specialised(source: str, facts: Facts, choices: Mapping[str, str]) -> list[Any]:
    """Bind one file of test cells to the facts; what it needs and is not there is left out.

    Args:
        source: The file.
        facts: What the spec says.
        choices: A word for each choice.

    Returns:
        The statements that are left, without the file's docstring.
    """
    module = cst.parse_module(source)
    kept = [node for node in module.body if _is_wanted(node, facts)]
    values = placeholders(facts)
    body = [_set_constant(node, facts) for node in kept]
    body = [_built(node, facts, module) for node in body]
    module = module.with_changes(body=[node for node in body if node is not None])
    if facts.measured is not None:
        module = module.visit(_Measured())
    module = bind(module, choices).visit(Replace(values)).visit(_Names(facts))
    folded = bind(module, {}).visit(_Ids(facts))
    return list(folded.body)[1:]


def _is_wanted(node: Any, facts: Facts) -> bool:
    """Keep what the spec has use for; placeholders and the stand-in are not for the target."""
    if is_import(node):
        return (
            "_test_cells" not in cst.Module([node]).code
            and "__future__" not in cst.Module([node]).code
        )
    names = list(defined(node))
    if names and isinstance(node, cst.SimpleStatementLine):
        return names[0] in _CONSTANTS
    if names in (["Subject"], ["ways_to_make"]):
        return names == ["ways_to_make"]
    if isinstance(node, cst.FunctionDef):
        needed = _line_of(node.get_docstring() or "", "Needs")
        return set(needed) <= facts.needs
    return True


def _line_of(docstring: str, title: str) -> list[str]:
    found = [match[2] for match in _LINE.finditer(docstring) if match[1] == title]
    return [entry.strip() for text in found for entry in text.split(",") if entry.strip()]


def is_import(node: Any) -> bool:
    """Say whether a statement is an import."""
    return isinstance(node, cst.SimpleStatementLine) and isinstance(
        node.body[0], cst.Import | cst.ImportFrom
    )


def _set_constant(node: Any, facts: Facts) -> Any:
    """Give the constants their values."""
    name = next(iter(defined(node)), "")
    if name not in _CONSTANTS or not isinstance(node, cst.SimpleStatementLine):
        return node
    if name == "REFUSALS":
        return node
    value = cst.parse_expression(repr(_constant(name, facts)))
    return cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])


def _constant(name: str, facts: Facts) -> Any:
    if name == "PROBES":
        return facts.probes
    if name == "OPTIONAL":
        return facts.optional
    if name == "ROLES":
        return dict(facts.spec.roles)
    if name == "PARTS":
        return tuple(facts.spec.outputs)
    if name in MEASURED:
        return (facts.measured or {}).get(name, {})
    options = facts.small if name == "OPTIONS" else facts.full
    return {key: tuple(x) if isinstance(x, list) else x for key, x in options.items()}


def _built(node: Any, facts: Facts, module: cst.Module) -> Any:
    """Write the bodies that follow from the contract: how inputs are made, what is expected."""
    if not isinstance(node, cst.FunctionDef):
        return node
    name = node.name.value
    if name == "ways_to_make":
        return None
    if name == "make_inputs":
        ways = _ways(module)
        elements = [
            cst.DictElement(cst.parse_expression(repr(tensor.name)), value_of(tensor, ways, facts))
            for tensor in facts.inputs
        ]
        node = _returning(node, cst.Dict(elements))
        return node.with_changes(params=_sized(node.params, facts, defaults=True))
    if name == "make_mask":
        sizes = {"batch": facts.cases[0].get(facts.batch), "time": facts.cases[0].get(facts.time)}
        return node.visit(_Defaults(sizes)) if facts.mask else node
    if name == "expected_shape":
        node = _returning(node, shape(facts.output, facts))
        return node.with_changes(params=_sized(node.params, facts, defaults=False))
    if name == "expected_parameters":
        closed = facts.right("parameters") or "0"
        return _returning(node, over_options(closed, facts, "options"))
    return node


def _ways(module: cst.Module) -> dict[str, Any]:
    for node in module.body:
        if isinstance(node, cst.FunctionDef) and node.name.value == "ways_to_make":
            statement: Any = node.body.body[-1]
            elements = statement.body[0].value.elements
            return {element.key.evaluated_value: element.value for element in elements}
    return {}


def _returning(node: cst.FunctionDef, value: cst.BaseExpression) -> cst.FunctionDef:
    """Replace what a function returns in its last line."""
    last = cst.SimpleStatementLine([cst.Return(value)])
    body = node.body.with_changes(body=[*node.body.body[:-1], last])
    return node.with_changes(body=body)


def _sized(params: cst.Parameters, facts: Facts, *, defaults: bool) -> cst.Parameters:
    """Make the spec's sizes the parameters; further ones, such as a seed, stay."""
    usual = facts.cases[0]
    sizes = [
        cst.Param(
            cst.Name(name),
            annotation=cst.Annotation(cst.Name("int")),
            default=cst.Integer(str(value)) if defaults else None,
        )
        for name, value in usual.items()
    ]
    further = [param for param in params.params if param.name.value not in ("batch", "time")]
    return params.with_changes(params=[*sizes, *further])


class _Defaults(cst.CSTTransformer):
    def __init__(self, values: Mapping[str, int | None]) -> None:
        super().__init__()
        self._values = values

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        value = self._values.get(updated_node.name.value)
        return (
            updated_node
            if value is None
            else updated_node.with_changes(default=cst.Integer(str(value)))
        )


class _Names(cst.CSTTransformer):
    """Calls the sizes of `make_inputs` and the mask of the subject by the spec's names."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._inputs = {"batch": facts.batch, "time": facts.time}
        self._mask = facts.mask

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        func = updated_node.func
        makes = isinstance(func, cst.Name) and func.value == "make_inputs"
        names = self._inputs if makes else {"mask": self._mask}
        arguments = [
            argument.with_changes(keyword=cst.Name(names[argument.keyword.value]))
            if argument.keyword and names.get(argument.keyword.value)
            else argument
            for argument in updated_node.args
        ]
        return updated_node.with_changes(args=arguments)


class _Measured(cst.CSTTransformer):
    """Takes out the lines that tell what was measured: it is known now."""

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        small = updated_node.body[0]
        if isinstance(small, cst.Assert) and isinstance(small.test, cst.Name):
            return cst.RemoveFromParent() if small.test.value in MEASURED else updated_node
        return updated_node


class _Ids(cst.CSTTransformer):
    """Puts the ids of the covered requirements into the docstrings."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        string = updated_node.body[0].value if isinstance(updated_node.body[0], cst.Expr) else None
        if not isinstance(string, cst.SimpleString) or not string.value.startswith('"""'):
            return updated_node
        text = inspect.cleandoc(str(string.evaluated_value))
        ids = self._facts.ids(_line_of(text, "Covers"))
        text = _LINE.sub("", text).strip()
        if ids:
            text += f"\n\nCovers {', '.join(ids)}."
        quoted = cst.SimpleString(f'"""{text}"""')
        return updated_node.with_changes(body=[updated_node.body[0].with_changes(value=quoted)])
