"""Makes a module in which every function raises: a test that passes there looks at none."""

from __future__ import annotations

import ast

from workbench.records import Draft


def sabotaged(draft: Draft, word: str) -> Draft | None:
    """Let every function of a draft's modules raise.

    They take any arguments, and what they raise is no `Exception`: a test that expects an error
    must not take it for that one. Functions inside functions are never reached, so they stay.

    Args:
        draft: The draft.
        word: What the raised exception says.

    Returns:
        Another draft, or None where there is no function.
    """
    found = [cell for cell in draft.cells if cell.role == "module" and cell.path.endswith(".py")]
    texts = {cell.id: _raising(cell.source, word) for cell in found}
    if all(texts[cell.id] == "" for cell in found):
        return None
    cells = tuple(
        cell.model_copy(update={"source": texts[cell.id]}) if texts.get(cell.id) else cell
        for cell in draft.cells
    )
    return draft.model_copy(update={"cells": cells})


def _raising(source: str, word: str) -> str:
    """Write a module anew; empty where it has no function or is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""
    functions = _functions(tree)
    for function in functions:
        raising = ast.parse(f"def raising(*_, **__):\n    raise BaseException({word!r})").body[0]
        assert isinstance(raising, ast.FunctionDef)
        function.args, function.body = raising.args, raising.body
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n" if functions else ""


def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    """List the functions of a module and the methods of its classes."""
    found: list[ast.FunctionDef] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            found.append(node)
            continue
        if isinstance(node, ast.ClassDef) and "dataclass" in map(_last, node.decorator_list):
            node.body += ast.parse("def __new__(cls): ...").body  # it has its functions from there
        found += [] if isinstance(node, ast.expr) else _functions(node)
    return found


def _last(decorator: ast.expr) -> str:
    """Return the last word of a decorator's name."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called).rpartition(".")[2]
