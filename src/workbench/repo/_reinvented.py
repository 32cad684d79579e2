"""Finds what a draft defines though the target has it: same structure under whatever names.

The structure of a function is its syntax tree without docstring, annotations and defaults' names,
with parameters and local names numbered by their first use; that of a class is the sorted list of
its methods' structures. What is called, which attributes and which constants are used all count.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Deviation, Draft, Evidence, Study, Suspect
from workbench.repo import topics
from workbench.repo._layout import is_aside, is_test
from workbench.repo._snapshot import snapshot
from workbench.repo._tree import Unreadable

_SMALLEST = 25  # nodes; what is smaller is too common to be called the same
_ALIKE = 0.9  # share of the larger one's pieces that both have
_MOST_FILES = 3000

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Shape:
    """The structure of one definition."""

    name: str
    path: str
    line: int
    kind: str
    lines: int
    size: int
    digest: str
    pieces: frozenset[str]


def reinvented(study: Study, draft: Draft) -> Iterator[Deviation]:
    """Compare what a draft defines with what the target has.

    Args:
        study: What is known of the target.
        draft: The draft.

    Yields:
        Each definition that the target has already, with the import to use instead.
    """
    own = [shape for path, text in draft.files("module").items() for shape in shapes(path, text)]
    own = [shape for shape in own if shape.size >= _SMALLEST]
    if not own:
        return
    spans = [(shape.kind, shape.lines) for shape in own]

    def worth(node: Definition) -> bool:
        kind, lines = _kind(node), _lines(node)
        return any(kind == k and 0.5 * n - 3 <= lines <= 2 * n + 3 for k, n in spans)

    known = list(_index(study, set(draft.files("module")), worth))
    for shape in own:
        twin = _twin(shape, known)
        if twin is not None:
            same = "the same" if twin.digest == shape.digest else "nearly the same"
            yield Deviation(
                rule="reinvented",
                path=shape.path,
                line=shape.line,
                seen=f"{shape.name} is {same} as {twin.name} in {twin.path}",
                expected=f"from {module_of(study, twin.path)} import {twin.name}",
                evidence=(Evidence(path=twin.path, line=twin.line, text=twin.name),),
            )


def shapes(
    path: str, text: str, worth: Callable[[Definition], bool] = lambda node: True
) -> Iterator[Shape]:
    """Yield the structure of each class and function at the top of a file that is worth it."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        if isinstance(node, Definition) and worth(node):
            pieces = _class_pieces(node) if isinstance(node, ast.ClassDef) else _pieces(node)
            digest = hashlib.sha256("\n".join(pieces).encode()).hexdigest()
            yield Shape(
                node.name,
                path,
                node.lineno,
                _kind(node),
                _lines(node),
                len(pieces),
                digest,
                _shingles(pieces),
            )


def _kind(node: Definition) -> str:
    return "class" if isinstance(node, ast.ClassDef) else "function"


def _lines(node: Definition) -> int:
    """Count a definition's lines without its docstrings, which may be longer than the code."""
    count = (node.end_lineno or node.lineno) - node.lineno + 1
    holders = [node, *(item for item in node.body if isinstance(item, Definition))]
    for holder in holders:
        first = holder.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            count -= (first.end_lineno or first.lineno) - first.lineno + 1
    return count


def _index(study: Study, own: set[str], worth: Callable[[Definition], bool]) -> Iterator[Shape]:
    for path, text in code_of(study, own):
        yield from shapes(path, text, worth)


def code_of(study: Study, own: set[str]) -> Iterator[tuple[str, str]]:
    """Read the target's code that is no test and stands beside a draft; its package first.

    Args:
        study: What is known of the target.
        own: The draft's files, which are passed over.

    Yields:
        Paths and texts of the files that can be read.
    """
    try:
        files = snapshot(study)
    except TargetError:
        return
    package = str(study.value(topics.PACKAGE_FOLDER, "."))
    paths = [
        path
        for path in files.tree.files
        if path.endswith(".py") and path not in own and not is_test(path) and not is_aside(path)
    ]
    paths.sort(key=lambda path: not path.startswith(f"{package}/"))
    for path in paths[:_MOST_FILES]:
        with contextlib.suppress(Unreadable):
            yield path, files.tree.read(path)


def _twin(shape: Shape, known: list[Shape]) -> Shape | None:
    same = [one for one in known if one.kind == shape.kind]
    exact = next((one for one in same if one.digest == shape.digest), None)
    if exact is not None:
        return exact
    near = [one for one in same if 0.8 <= one.size / shape.size <= 1.25]
    best = max(near, key=lambda one: _likeness(one, shape), default=None)
    return best if best is not None and _likeness(best, shape) >= _ALIKE else None


def _likeness(one: Shape, other: Shape) -> float:
    larger = max(len(one.pieces), len(other.pieces))
    return len(one.pieces & other.pieces) / larger if larger else 0.0


def _class_pieces(node: ast.ClassDef) -> list[str]:
    """List the structures of a class's methods; their order and the class's name do not count."""
    methods = [_pieces(item) for item in node.body if isinstance(item, ast.FunctionDef)]
    return [piece for method in sorted(methods) for piece in method]


def _pieces(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = [one for one in (arguments.vararg, arguments.kwarg) if one]
    numbers: dict[str, str] = {}
    for argument in [*named, *stars]:
        numbers[argument.arg] = f"%{len(numbers)}"
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            numbers.setdefault(inner.id, f"%{len(numbers)}")
    body = node.body
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        body = body[1:]
    return [f"def/{len(numbers)}", *(p for one in body for p in _walked(one, numbers))]


def _walked(node: ast.AST, numbers: dict[str, str]) -> Iterator[str]:
    """Write a tree down in order, with local names by their numbers."""
    if isinstance(node, ast.Name):
        yield numbers.get(node.id, node.id)
    elif isinstance(node, ast.Attribute):
        yield f".{node.attr}"
    elif isinstance(node, ast.Constant):
        yield repr(node.value) if not isinstance(node.value, str) else "text"
    elif isinstance(node, ast.keyword):
        yield f"{node.arg}="
    else:
        yield type(node).__name__
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "type_comment", "ctx", "lineno"}:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                yield from _walked(item, numbers)


def _shingles(pieces: list[str]) -> frozenset[str]:
    return frozenset(" ".join(pieces[at : at + 4]) for at in range(max(1, len(pieces) - 3)))


def twin(study: Study, one: Suspect) -> Deviation:
    """Tell of a definition that was run beside the target's and answered the same."""
    return Deviation(
        rule="reinvented",
        path=one.path,
        line=one.line,
        seen=f"{one.name} gives the outputs of {one.their_name} in {one.their_path}",
        expected=f"from {one.module} import {one.their_name}",
        evidence=(Evidence(path=one.their_path, line=one.their_line, text=one.their_name),),
    )


def module_of(study: Study, path: str) -> str:
    """Return the dotted name under which a file of the target is imported."""
    root = str(study.value(topics.IMPORT_ROOT, "."))
    inner = Path(path) if root == "." else Path(path.removeprefix(root + "/"))
    return ".".join(inner.with_suffix("").parts).removesuffix(".__init__")
