"""A module's source as the cells that a notebook shows: the opening, then one class at a time."""

from __future__ import annotations

from typing import Any

import libcst as cst

from workbench.records import Cell


def module_cells(source: str, path: str) -> tuple[Cell, ...]:
    """Part a module into cells; joined in order they are the module again.

    Args:
        source: The module.
        path: Its file.

    Returns:
        One cell for what stands before the first definition, and one for each class together with
        the functions above it.
    """
    module = cst.parse_module(source)
    parts: dict[str, list[Any]] = {"opening": []}
    waiting: list[Any] = []
    for node in module.body:
        if isinstance(node, cst.ClassDef):
            parts[node.name.value] = [*waiting, node]
            waiting = []
        elif isinstance(node, cst.FunctionDef) or waiting or len(parts) > 1:
            waiting.append(node)
        else:
            parts["opening"].append(node)
    if waiting:
        parts["rest"] = waiting
    cells: list[Cell] = []
    for name, nodes in parts.items():
        header = module.header if not cells else []
        code = module.with_changes(body=nodes, header=header, footer=[]).code.strip("\n") + "\n"
        if code.strip():
            cells.append(Cell(id=f"module-{name}"[:64], role="module", path=path, source=code))
    return tuple(cells)
