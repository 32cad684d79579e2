"""One file's source with its syntax tree, and new sources in which one place has changed.

Places are found in Python's own syntax tree and changed in the text, so that all other lines stay
as they were and a difference shows one change only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from workbench.mutants._read import last_name

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef

_FORMING = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Constant)
_SPEAKING = frozenset({"logger", "logging", "log", "warnings", "print"})
_SHOWING = frozenset({"__repr__", "__str__", "extra_repr"})


@dataclass(frozen=True)
class Mutation:
    """A changed source.

    Args:
        line: Where it changed, from 1.
        source: The whole file, changed.
        alarm: The file with an error in that place, raised as soon as it is reached.
        guard: Whether the place decides only which input is refused.
    """

    line: int
    source: str
    alarm: str
    guard: bool


class Code:
    """The source of one file.

    Args:
        source: Python.

    Raises:
        SyntaxError: It is none.
    """

    def __init__(self, source: str) -> None:
        self.source = source.replace("\r\n", "\n").replace("\r", "\n")
        self.tree = ast.parse(self.source)
        self._bytes = self.source.encode()
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    # Reading.

    @cached_property
    def _order(self) -> list[ast.AST]:
        return list(_walk(self.tree))

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return {
            child: parent
            for parent in ast.walk(self.tree)
            for child in ast.iter_child_nodes(parent)
        }

    def nodes(self, kind: type[Node]) -> Iterator[Node]:
        """Yield the nodes of one kind, in the order of the text.

        What only people read is left out: docstrings, annotations, messages, what is logged and
        how an object prints itself.
        """
        return (node for node in self._order if isinstance(node, kind))

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Yield the calls of functions and methods with these names, whatever stands before."""
        return (call for call in self.nodes(ast.Call) if last_name(call.func) in names)

    def parent(self, node: ast.AST) -> ast.AST:
        """Return the node that holds a node."""
        return self._parents[node]

    def function(self, node: ast.AST) -> Function | None:
        """Return the function in which a node stands."""
        while node in self._parents:
            node = self._parents[node]
            if isinstance(node, Function):
                return node
        return None

    def forwards(self) -> Iterator[Function]:
        """Yield the ``forward`` methods."""
        return (node for node in self.nodes(ast.FunctionDef) if node.name == "forward")

    def binds(self, name: str) -> bool:
        """Tell whether the file imports something under a name."""
        return any(
            (alias.asname or alias.name).split(".")[0] == name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        )

    def text(self, node: ast.AST) -> str:
        """Return the text of a node, without brackets around it."""
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def operand(self, node: ast.expr) -> str:
        """Return the text of an expression so that it can stand beside any operator."""
        return _closed(self.text(node))

    # Changing.

    def swap(self, node: ast.AST, text: str) -> Mutation:
        """Return the source with another text in the place of a node.

        Args:
            node: The place. Brackets are added where an expression needs them there.
            text: What stands there instead.
        """
        if isinstance(node, ast.expr) and not self._alone(node):
            text = _closed(text)
        elif "\n" in text and isinstance(node, ast.expr):
            text = f"({text})"
        return self._spliced(node, [(self._span(node), text)])

    def swap_all(self, pairs: Sequence[tuple[ast.AST, str]]) -> Mutation:
        """Return the source with several places changed at once; they may not overlap."""
        edits = [(self._span(node), text) for node, text in pairs]
        return self._spliced(pairs[0][0], edits)

    def insert(self, node: ast.stmt, line: str) -> Mutation:
        """Return the source with a statement before another one, decorators included."""
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        at = self._starts[first - 1]
        text = " " * node.col_offset + line + "\n"
        return self._spliced(node, [((at, at), text)])

    def add_argument(self, call: ast.Call, text: str) -> Mutation:
        """Return the source with one more argument at the end of a call."""
        end = self._span(call)[1] - 1
        before = self._bytes[self._span(call.func)[1] : end].decode().rstrip()
        joint = "" if before.endswith(("(", ",")) else ", "
        return self._spliced(call, [((end, end), joint + text)])

    def _spliced(self, node: ast.AST, edits: list[tuple[tuple[int, int], str]]) -> Mutation:
        line: int = node.lineno  # type: ignore[attr-defined]
        alarm = self._cut([self._alarm(node)])
        return Mutation(line, self._cut(edits), alarm, self._guards(node))

    def _cut(self, edits: list[tuple[tuple[int, int], str]]) -> str:
        changed = self._bytes
        for (start, end), text in sorted(edits, reverse=True):
            changed = changed[:start] + text.encode() + changed[end:]
        return changed.decode()

    def _alarm(self, node: ast.AST) -> tuple[tuple[int, int], str]:
        while not isinstance(node, ast.stmt | ast.expr) or isinstance(
            getattr(node, "ctx", None), ast.Store
        ):
            node = self._parents[node]
        if isinstance(node, Function):
            node = node.body[0]
        if not isinstance(node, ast.expr):
            return self._span(node), "raise ZeroDivisionError"
        return self._span(node), "1 / 0" if self._alone(node) else "(1 / 0)"

    def _guards(self, node: ast.AST) -> bool:
        while node in self._parents:
            child, node = node, self._parents[node]
            if isinstance(node, ast.Assert):
                return True
            if isinstance(node, ast.If) and child is node.test:
                return isinstance(node.body[-1], ast.Raise)
        return False

    def _span(self, node: ast.AST) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def _alone(self, node: ast.expr) -> bool:
        """Tell whether an expression stands where it needs no brackets, or has them already."""
        start, end = self._span(node)
        if self._bytes[start - 1 : start] + self._bytes[end : end + 1] == b"()":
            return True
        parent = self._parents[node]
        return isinstance(parent, ast.Assign | ast.Return | ast.keyword | ast.AugAssign) or (
            isinstance(parent, ast.Call) and node in parent.args
        )


def _closed(text: str) -> str:
    try:
        tree = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError:
        return text  # no expression by itself, as the slices of a subscript
    return text if isinstance(tree, _FORMING) and "\n" not in text else f"({text})"


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_for_people(child, node, field):
                yield from _walk(child)


def _is_for_people(node: ast.AST, parent: ast.AST, field: str) -> bool:
    match node:
        case ast.JoinedStr():
            return True
        case ast.FunctionDef(name=name):
            return name in _SHOWING
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return bool(
                _SPEAKING & {part.id for part in ast.walk(function) if isinstance(part, ast.Name)}
            )
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return isinstance(parent, ast.Raise) or (isinstance(parent, ast.Assert) and field == "msg")
