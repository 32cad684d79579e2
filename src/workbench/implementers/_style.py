"""Docstrings and comments in the target's manner: their style, their width, what still applies."""

from __future__ import annotations

import inspect
import io
import re
import textwrap
import tokenize
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from workbench.implementers._docstring import Docstring, Types, parse, render
from workbench.implementers._signature import parameters_of
from workbench.implementers._uses import defined

_CHOICE_LINE = re.compile(r"^(\w+) (\w+): (.*)$", re.DOTALL)


@dataclass(frozen=True)
class Manner:
    """How docstrings are to be written.

    Args:
        style: ``google``, ``numpy`` or ``rest``.
        width: Longest line of the target.
        choices: The choices that were made; lines about others go.
        unsaid: Words of the choices that were not made.
    """

    style: str
    width: int
    choices: Mapping[str, str] = field(default_factory=dict)
    unsaid: Set[str] = frozenset()


def restyle(module: cst.Module, manner: Manner) -> cst.Module:
    """Rewrite every docstring.

    Args:
        module: A tree whose docstrings are in Google style.
        manner: How to write them.

    Returns:
        The tree; entries for parameters that no longer exist are gone.
    """
    return module.visit(_Restyle(module, manner))


class _Restyle(cst.CSTTransformer):
    def __init__(self, module: cst.Module, manner: Manner) -> None:
        super().__init__()
        self._module, self._manner = module, manner
        self._depth = 0

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self._depth += 1

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        self._depth -= 1
        return updated_node

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return updated_node.with_changes(body=self._rewritten(updated_node.body, None, 0))

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        members = [
            member for member in updated_node.body.body if isinstance(member, cst.FunctionDef)
        ]
        first = next((member for member in members if member.name.value == "__init__"), None)
        body = self._rewritten(updated_node.body.body, first, self._depth + 1)
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = self._rewritten(updated_node.body.body, updated_node, self._depth + 1)
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def _rewritten(
        self, body: Sequence[Any], signature: cst.FunctionDef | None, depth: int
    ) -> list[Any]:
        statements = list(body)
        line = statements[0] if statements else None
        if not isinstance(line, cst.SimpleStatementLine) or not isinstance(line.body[0], cst.Expr):
            return statements
        string = line.body[0].value
        if not isinstance(string, cst.SimpleString) or not isinstance(string.evaluated_value, str):
            return statements
        docstring = self._applying(
            parse(inspect.cleandoc(string.evaluated_value)), signature, depth
        )
        indent = self._module.default_indent * depth
        width = self._manner.width - len(indent.expandtabs(4))
        text = render(docstring, self._manner.style, self._types(signature), width)
        text = textwrap.indent(text, indent).strip()
        if "\n" in text or len(text) + 6 > width:
            text += f"\n{indent}"
        expression = line.body[0].with_changes(value=cst.SimpleString(f'"""{text}"""'))
        return [line.with_changes(body=[expression]), *statements[1:]]

    def _applying(
        self, docstring: Docstring, signature: cst.FunctionDef | None, depth: int
    ) -> Docstring:
        """Keep what applies under the choices and to the parameters that are left."""
        sections = {}
        for title, items in docstring.sections.items():
            kept = [(name, chosen(text, self._manner.choices)) for name, text in items]
            if title.startswith("Example"):
                kept = [(name, self._running(text)) for name, text in kept]
            sections[title] = tuple((name, text) for name, text in kept if text)
        prose = [chosen(paragraph, self._manner.choices) for paragraph in docstring.prose]
        prose[:1] = self._opening(prose[0], depth, module=signature is None)
        docstring = Docstring(tuple(part for part in prose if part), sections)
        if signature is not None and "Args" in sections:
            left = set(self._types(signature).parameters)
            gone = [name for name, _ in sections["Args"] if name.lstrip("*") not in left]
            docstring = docstring.without("Args", *gone)
        return docstring.without("")

    def _running(self, example: str) -> str:
        """Import in an example what the module itself does not import."""
        known = {name for node in self._module.body for name in defined(node)}
        needs = re.search(r"\btorch\.", example) and "torch" not in known
        return f">>> import torch\n{example}" if needs else example

    def _opening(self, summary: str, depth: int, *, module: bool) -> list[str]:
        """End a summary that is too long at its colon, semicolon or last comma.

        What follows comes after it. A module's summary may go on to list what the blueprint has to
        choose from; then it ends there.
        """
        indent = len(self._module.default_indent.expandtabs(4)) * depth
        fits = indent + len(summary) + 6 <= self._manner.width
        found = re.match(r"(.+?)[:;] (.+)", summary) or re.match(r"(.+), (.+)", summary)
        if found is None:
            return [summary]
        if module and set(re.findall(r"\w+", found[2].lower())) & self._manner.unsaid:
            return [f"{found[1]}."]
        return [summary] if fits else [f"{found[1]}.", found[2][0].upper() + found[2][1:]]

    def _types(self, signature: cst.FunctionDef | None) -> Types:
        if signature is None:
            return Types({})
        parameters = parameters_of(signature.params)
        starred = (signature.params.star_arg, signature.params.star_kwarg)
        parameters += [param for param in starred if isinstance(param, cst.Param)]
        return Types(
            {param.name.value: self._code(param.annotation) for param in parameters},
            self._code(signature.returns),
        )

    def _code(self, annotation: cst.Annotation | None) -> str:
        return self._module.code_for_node(annotation.annotation) if annotation else ""


def chosen(text: str, choices: Mapping[str, str]) -> str:
    """Decide a line ``choice value: text``: its text where the choice is made so, else nothing."""
    found = _CHOICE_LINE.match(text)
    if found is None or found[1] not in choices:
        return text
    return found[3] if choices[found[1]] == found[2] else ""


def fit_comments(source: str, width: int) -> str:
    """Bring comments below a width; a long one at the end of a line moves above it.

    Args:
        source: Python.
        width: Longest line.

    Returns:
        The same program.
    """
    while True:
        lines = source.split("\n")
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            row, column = token.start[0] - 1, token.start[1]
            if token.type == tokenize.COMMENT and len(lines[row]) > width:
                first, last, fitted = _fitted(lines, row, column, width)
                if lines[first:last] != fitted:
                    lines[first:last] = fitted
                    break
        else:
            return source
        source = "\n".join(lines)


def _fitted(lines: list[str], row: int, column: int, width: int) -> tuple[int, int, list[str]]:
    """Wrap the comment in one row, together with the comment lines around it."""
    code, text = lines[row][:column].rstrip(), lines[row][column:].lstrip("# ")
    indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
    first, last = row, row + 1
    while not code and first and lines[first - 1].startswith(f"{indent}# "):
        first -= 1
    while not code and last < len(lines) and lines[last].startswith(f"{indent}# "):
        last += 1
    if not code:
        text = " ".join(line.strip().lstrip("# ") for line in lines[first:last])
    start = f"{indent}# "
    wrapped = textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=start, break_long_words=False
    )
    return first, last, [*wrapped, code] if code else wrapped
