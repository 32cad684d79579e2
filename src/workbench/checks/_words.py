"""Reads what a draft's own words say: its docstrings, sentence by sentence, and its names.

Only classes and functions are read that the module under check uses, and of a docstring what it
says of the code: no examples, no errors, no references.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.spec import Spec

_SECTION = re.compile(r"^\s*(Args|Arguments|Parameters|Attributes|Inputs?|Shapes?)\s*:\s*$")
_GIVES = re.compile(r"^\s*(Returns?|Yields?)\s*:\s*$")
_OTHER = re.compile(
    r"^\s*(Raises|Examples?|Notes?|References?|See also|Warnings?|Todo)\s*:\s*$", re.I
)
_ENTRY = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_AGAIN = 8
_LISTS = ("ModuleList", "Sequential")
_SHARED = re.compile(r"\b(shar(e|es|ed|ing)|tied|ties|tying|reus\w+|siamese|universal)\b", re.I)
_END = re.compile(r"(?<=[.;!?])(?<!\bal\.)(?<!\be\.g\.)(?<!\bi\.e\.)\s+")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
Defined = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of a docstring, or one name.

    Args:
        text: Its words.
        where: ``file:line``.
        owner: The class or function that it speaks of; empty for the file.
        about: The argument or attribute that it describes, ``return``, or nothing.
        name: Whether it is the owner's name, split into words.
    """

    text: str
    where: str
    owner: str
    about: str = ""
    name: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """All that a draft says.

    Args:
        sentences: What was read, in order.
        parameters: The names of all parameters of what is used.
        choices: Those of them that are given a word.
        doubles: Layers that stand under two names in a class, or several times in a list.
        main: The module under check.
    """

    sentences: tuple[Sentence, ...] = ()
    parameters: frozenset[str] = frozenset()
    choices: frozenset[str] = frozenset()
    doubles: tuple[Sentence, ...] = ()
    main: str = ""


def _parsed(text: str) -> ast.Module:
    """Parse, again where CPython 3.11 took the depths of two threads that parse at once for one."""
    for _ in range(_AGAIN):
        with contextlib.suppress(SystemError):
            return ast.parse(text)
    return ast.parse(text)


def read(spec: Spec, files: Mapping[str, str]) -> Words:
    """Read a draft's files.

    Args:
        spec: The contract; only its names of the module and of its roles matter.
        files: Source text by path; what is no Python says nothing.

    Returns:
        What it says.
    """
    trees: dict[str, ast.Module] = {}
    for path, text in files.items():
        try:
            trees[path] = _parsed(text)
        except (SyntaxError, ValueError, RecursionError):
            continue  # `builds` reports that
    defined = {
        node.name: (path, node)
        for path, tree in trees.items()
        for node in tree.body
        if isinstance(node, Defined)
    }
    if spec.name not in defined:
        return Words(main=spec.name)
    used = _used([spec.name, *spec.roles.values()], {n: node for n, (_, node) in defined.items()})
    sentences: list[Sentence] = []
    beside = [node for name, (_, node) in defined.items() if name not in used]
    if not any(isinstance(node, ast.ClassDef) for node in beside):  # else it may speak of those
        for path, tree in trees.items():
            sentences += _docstring(tree, path, "")
    for name in used:
        path, node = defined[name]
        where = f"{path}:{node.lineno}"
        sentences.append(Sentence(text=split(name), where=where, owner=name, name=True))
        for part in [node, *(each for each in node.body if isinstance(each, Defined))]:
            sentences += _docstring(part, path, name)
    nodes = [each for name in used for each in ast.walk(defined[name][1])]
    return Words(
        sentences=tuple(sentences),
        parameters=frozenset(each.arg for each in nodes if isinstance(each, ast.arg)),
        choices=frozenset(_choices(nodes)),
        doubles=tuple(
            each
            for name in used
            if isinstance(defined[name][1], ast.ClassDef)
            for each in _doubles(defined[name][1], defined[name][0], files[defined[name][0]])
        ),
        main=spec.name,
    )


def prose(text: str, main: str) -> Words:
    """Cut plain text into sentences, as if it were the docstring of a file.

    Args:
        text: The text.
        main: The module that it speaks of.

    Returns:
        What it says.
    """
    told = (" ".join(each.split()) for each in _END.split(text))
    found = tuple(Sentence(text=each, where="text", owner="") for each in told if each)
    return Words(sentences=found, main=main)


def _choices(nodes: list[ast.AST]) -> Iterator[str]:
    """Name the parameters with a word as their default or ``str`` as their type."""
    for node in nodes:
        if isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args]
            late = list(zip(named[len(named) - len(node.defaults) :], node.defaults, strict=True))
            late += [(a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
            yield from (a.arg for a, d in late if isinstance(getattr(d, "value", None), str))
        elif isinstance(node, ast.arg) and node.annotation is not None:
            written = ast.unparse(node.annotation)
            yield from [node.arg] if re.match(r"str\b|(\w+\.)?Literal\b", written) else []


def _doubles(node: Defined, path: str, text: str) -> Iterator[Sentence]:
    """Find ``self.b = self.a`` of layers that are both called, and ``[layer] * n`` in a list."""
    source = ast.get_source_segment(text, node) or ""
    if _SHARED.search(source):
        return  # it says so
    used = {
        each.attr
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name != "__init__"
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute)
    }
    made: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Assign):
            targets = {ast.unparse(target) for target in each.targets}
            value = ast.unparse(each.value)
            own = {name for name in targets if name.startswith("self.")}
            both = {name.removeprefix("self.") for name in {*own, value}}
            double = (value in made and own) or (len(own) > 1 and _is_layer(each.value))
            if double and len(both & used) > 1:
                yield _line(each, path, node.name)
            made |= targets if _is_layer(each.value) else set()
        elif isinstance(each, ast.Call) and ast.unparse(each.func).endswith(_LISTS):
            for part in each.args:
                inner = part.value if isinstance(part, ast.Starred) else part
                if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
                    held = inner.left.elts if isinstance(inner.left, ast.List) else []
                    if any(_is_layer(item) or ast.unparse(item) in made for item in held):
                        yield _line(part, path, node.name)


def _line(node: ast.AST, path: str, owner: str) -> Sentence:
    where = f"{path}:{getattr(node, 'lineno', 0)}"
    return Sentence(text=ast.unparse(node), where=where, owner=owner)


def _is_layer(node: ast.AST) -> bool:
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    name = called.rpartition(".")[2]
    return name[:1].isupper() and name not in ("Parameter", "Buffer", *_LISTS)


def split(name: str) -> str:
    """Split a name into small words: ``CausalSelfAttention`` is ``causal self attention``."""
    return " ".join(_WORD.findall(name)).lower()


def _used(roots: list[str], defined: Mapping[str, Defined]) -> list[str]:
    """Follow names from the roots; the order is that of the text."""
    found: set[str] = set()
    waiting = [name for name in roots if name in defined]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            names = {node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)}
            waiting += sorted(names & defined.keys())
    return [name for name in defined if name in found]


def _docstring(node: ast.Module | Defined, path: str, owner: str) -> Iterator[Sentence]:
    """Cut a docstring into sentences, each with its line."""
    first = node.body[0] if node.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        return
    for about, line, text in _passages(value.value):
        gone = 0
        for sentence in _END.split(text):
            start = text.index(sentence, gone)
            at = value.lineno + line + text[:start].count("\n")
            gone = start + len(sentence)
            clean = " ".join(sentence.split())
            if clean:
                yield Sentence(text=clean, where=f"{path}:{at}", owner=owner, about=about)


def _passages(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield what belongs together: what it is about, its first line, and its text."""
    about, start, lines, section = "", 0, list[str](), ""
    for number, line in enumerate(text.splitlines()):
        entry = _ENTRY.match(line) if section == "args" else None
        heading = {_SECTION: "args", _GIVES: "return", _OTHER: "other"}
        begun = [kind for form, kind in heading.items() if form.match(line)]
        if begun or entry or not line.strip():
            if lines and about != "?":
                yield about, start, "\n".join(lines)
            lines = []
        if begun:
            section, about = begun[0], {"return": "return", "other": "?"}.get(begun[0], "")
        elif entry:
            about, start, lines = entry[1], number, [entry["text"]]
        elif line.strip():
            start = start if lines else number
            lines.append(line)
    if lines and about != "?":
        yield about, start, "\n".join(lines)
