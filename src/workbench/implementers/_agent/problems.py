"""What is wrong with cells before anything runs: syntax, and what the contract's names ask for.

Nothing is executed here; whether the code does what the spec says, only the checks decide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from workbench.records import Cell
from workbench.spec import Spec


def of_syntax(source: str) -> str:
    """Say where source text does not compile, or ``""``."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        rows = source.split("\n")
        number = error.lineno or 1
        row = rows[number - 1].strip() if number <= len(rows) else ""
        return f"line {number}: {error.msg}: {row[:120]!r}"
    except ValueError as error:
        return str(error)
    return ""


def of_contract(spec: Spec, cells: Sequence[Cell], path: str) -> list[str]:
    """Compare the names in the code with the names in the contract.

    Args:
        spec: What is asked for.
        cells: The draft's cells, each of which compiles.
        path: The file that must define the spec's name.

    Returns:
        One sentence per problem.
    """
    said = of_tests(cells)
    if spec.existing:
        return said
    homes = [cell for cell in cells if cell.role == "module" and cell.path == path]
    if not homes:
        return [*said, f"no module cell stands at {path}, where {spec.name} belongs"]
    found = next((node for cell in homes for node in _defined(cell.source, spec.name)), None)
    if found is None:
        return [*said, f"no class or function {spec.name!r} is defined in {path}"]
    return [*said, *_signature(spec, found)]


def of_tests(cells: Sequence[Cell]) -> list[str]:
    """Name the files of test cells in which there is no test.

    Args:
        cells: Cells, each of which compiles; helpers may stand in a cell of their own.

    Returns:
        One sentence per file.
    """
    files: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.role == "test":
            files.setdefault(cell.path, []).append(cell)
    return [
        f"the test cell {own[0].id!r} defines no test; name it test_<what holds>"
        for own in files.values()
        if not any(_has_test(cell.source) for cell in own)
    ]


def _has_test(source: str) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        for node in ast.walk(ast.parse(source))
    )


def _defined(source: str, name: str) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            yield node


def _signature(spec: Spec, node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    function = node if isinstance(node, ast.FunctionDef) else None
    if isinstance(node, ast.ClassDef):
        methods = (part for part in node.body if isinstance(part, ast.FunctionDef))
        method = next((part for part in methods if part.name == "__init__"), None)
        if method is None:
            return  # a base class or a decorator may bring the constructor
        function = method
    assert function is not None
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = {argument.arg for argument in named} - {"self"}
    if arguments.kwarg or arguments.vararg or len(names) == 1 < len(spec.options):
        return  # it takes whatever comes, or one configuration object
    for option in spec.options:
        if option not in names:
            yield f"{spec.name} takes no option {option!r}, which the spec has"
