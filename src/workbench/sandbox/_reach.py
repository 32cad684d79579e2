"""Reads a draft for what no model has a use for and what only serves to see who is asking.

What is read can be written in other words, so a draft without a finding is not thereby honest; the
watch on its process decides that. A finding names its line before anything has run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

_MODULES = frozenset({"builtins", "ctypes", "gc", "workbench"})
_ATTRIBUTES = frozenset(
    {
        *("tb_frame", "f_back", "f_locals", "f_globals", "f_builtins", "f_code"),
        *("gi_frame", "cr_frame", "ag_frame", "cell_contents", "__subclasses__"),
    }
)
_CALLS = {
    "sys": frozenset({"modules", "settrace", "setprofile", "_getframe", "addaudithook"}),
    "os": frozenset(
        {"read", "readv", "write", "writev", "dup", "dup2", "close", "closerange", "fdopen"}
    ),
}
_LIBRARIES = frozenset({"torch", "nn", "numpy", "np", "json", "os", "sys", "F"})


def reach(files: Mapping[str, str]) -> list[str]:
    """List the places where a draft reaches beyond its job.

    Args:
        files: Source text of the draft's modules, by path.

    Returns:
        Each place, as ``file:line: what it does``.
    """
    found: list[str] = []
    for path, text in files.items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue  # `builds` reports that
        found += [f"{path}:{line}: {what}" for line, what in sorted(set(_findings(tree)))]
    return found


def _findings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in _MODULES:
                    yield node.lineno, f"it imports {alias.name}"
        elif isinstance(node, ast.ImportFrom):
            name = (node.module or "").partition(".")[0]
            if node.level == 0 and name in _MODULES:
                yield node.lineno, f"it imports {node.module}"
        elif isinstance(node, ast.Attribute):
            yield from _attribute(node)


def _attribute(node: ast.Attribute) -> Iterator[tuple[int, str]]:
    if node.attr in _ATTRIBUTES:
        yield node.lineno, f"it uses {node.attr!r}"
    owner = node.value.id if isinstance(node.value, ast.Name) else ""
    if node.attr in _CALLS.get(owner, ()):
        yield node.lineno, f"it uses '{owner}.{node.attr}'"
    if isinstance(node.ctx, ast.Store | ast.Del) and _root(node) in _LIBRARIES:
        yield node.lineno, f"it changes {ast.unparse(node)!r}"


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
