"""Tells which functions of a module a change has touched, from the syntax alone."""

from __future__ import annotations

import ast
import threading

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_PARSING = threading.Lock()  # Python 3.11 counts depth for all threads at once (cpython#106905)


class Places:
    """The functions of one file, to compare other versions of it with.

    Args:
        source: The file as it is.
    """

    def __init__(self, source: str) -> None:
        self._outline, self._bodies = _read(source)

    def changed(self, source: str) -> set[str] | None:
        """Name the functions in whose bodies another version differs.

        Args:
            source: The other version.

        Returns:
            Their qualified names; None where it differs in something that runs when the module
            is imported: a constant, a decorator, a default, the body of a class.
        """
        outline, bodies = _read(source)
        if outline != self._outline:
            return None
        return {name for name, body in bodies.items() if body != self._bodies[name]}


def _read(source: str) -> tuple[str, dict[str, str]]:
    """Part a file into what runs at its import, and the bodies of its functions."""
    with _PARSING:
        tree = ast.parse(source)
    bodies: dict[str, str] = {}
    _empty(tree, "", bodies)
    return ast.dump(tree), bodies


def _empty(node: ast.AST, prefix: str, bodies: dict[str, str]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            name = f"{prefix}{child.name}"
            bodies[name] = bodies.get(name, "") + "\0".join(map(ast.dump, child.body))
            child.body = []
        elif isinstance(child, ast.ClassDef):
            _empty(child, f"{prefix}{child.name}.", bodies)
        elif not isinstance(child, ast.expr):
            _empty(child, prefix, bodies)
