"""Finds what a class or function of a file can reach: a mistake elsewhere is not its tests' job."""

from __future__ import annotations

import ast


def reached(source: str, name: str) -> set[int]:
    """List the lines of a file that a class or function of it can have a part in.

    Args:
        source: The file.
        name: What is tested.

    Returns:
        The lines of what it names, directly or through others, and those outside any definition;
        all of them where the file does not define it.
    """
    tree = ast.parse(source)
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    defined = {node.name: node for node in tree.body if isinstance(node, kinds)}
    everything = set(range(1, len(source.splitlines()) + 1))
    if name not in defined:
        return everything
    waiting, met = [name], set[str]()
    while waiting:
        here = waiting.pop()
        met.add(here)
        named = {part.id for part in ast.walk(defined[here]) if isinstance(part, ast.Name)}
        waiting += sorted(named & defined.keys() - met)
    aside = [node for other, node in defined.items() if other not in met]
    starts = {node: min([node.lineno, *(d.lineno for d in node.decorator_list)]) for node in aside}
    return everything - {
        line for node in aside for line in range(starts[node], (node.end_lineno or 0) + 1)
    }
