"""What a Python file holds, in a few lines: so that the right part is read and the rest is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_ROWS = 12


def outline(source: str) -> list[str]:
    """List the classes, methods and functions of a file with their lines.

    Args:
        source: Python; it is parsed and never run.

    Returns:
        One line per class or function, for example ``10-48 class Block(nn.Module): __init__ 12,
        forward 30``; none where the file is no Python.
    """
    try:
        rows = list(_rows(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    more = len(rows) - _ROWS
    return rows[:_ROWS] + ([f"and {more} more"] if more > 0 else [])


def _rows(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = ", ".join(ast.unparse(base) for base in node.bases)[:60]
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            told = ", ".join(f"{method.name} {method.lineno}" for method in methods[:8])
            end = f": {told}" if told else ""
            yield f"{node.lineno}-{node.end_lineno} class {node.name}({bases}){end}"
        elif isinstance(node, ast.FunctionDef):
            names = ", ".join(argument.arg for argument in node.args.args)[:80]
            yield f"{node.lineno}-{node.end_lineno} def {node.name}({names})"
