"""Reads test cells without running them: which tests they name, and what they reach for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.records import TestResult

_HARMLESS = frozenset({"pytest_generate_tests", "pytest_configure", "pytest_addoption"})
_PRIVATE = frozenset({"_pytest", "pluggy", "workbench"})
_MANAGER = "pluginmanager"
_LOST = "it stands in the cells, and nothing came back of it"
_INVENTED = "no test of this name stands in the cells"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Named:
    """The tests that a file names.

    Args:
        sure: Those that are collected whatever happens, with their lines.
        possible: Those that may be.
        methods: Names of test methods, of whichever class.
        complete: Whether no other name can come from elsewhere.
    """

    sure: dict[str, int] = field(default_factory=dict)
    possible: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    complete: bool = True


def disagreements(tests: Mapping[str, str], results: Sequence[TestResult]) -> Iterator[TestResult]:
    """Compare the tests that the cells name with those that something came back of.

    Args:
        tests: Source text by path.
        results: What came back.

    Yields:
        An error for each test that nothing came back of, and for each that nobody wrote.
    """
    files = {path: named(text) for path, text in tests.items() if not path.endswith("conftest.py")}
    methods = set[str]().union(*(names.methods for names in files.values()))
    told = {result.id.partition("[")[0] for result in results}
    for path, names in files.items():
        if path not in told:  # else it could not be imported, or is skipped as a whole
            lost = {f"{path}::{name}": line for name, line in names.sure.items()}
            yield from (_error(at, _LOST, line) for at, line in lost.items() if at not in told)
    for identity in sorted(told):
        path, _, name = identity.partition("::")
        inherited = "::" in name and name.rpartition("::")[2] in methods
        names = files.get(path, Named())
        known = {*names.sure, *names.possible}
        if name and names.complete and name not in known and not inherited:
            yield _error(identity, _INVENTED, 0)


def named(text: str) -> Named:
    """Read which tests a file names."""
    found = Named()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Named(complete=False)  # it comes back as a file that cannot be imported
    for node in tree.body:
        _take(node, found, sure=True)
    return found


def _take(node: ast.AST, found: Named, *, sure: bool) -> None:
    if isinstance(node, _Function):
        if _is_test(node):
            found.possible.add(node.name)
            found.sure.update({node.name: node.lineno} if sure else {})
    elif isinstance(node, ast.ClassDef):
        _take_class(node, found, sure=sure)
    elif isinstance(node, ast.ImportFrom):
        names = {alias.asname or alias.name for alias in node.names}
        found.possible |= names
        found.complete &= not any(name == "*" or name.startswith("Test") for name in names)
    elif isinstance(node, ast.Assign):
        found.possible |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    elif isinstance(node, ast.stmt | ast.ExceptHandler):
        for child in ast.iter_child_nodes(node):
            _take(child, found, sure=False)


def _take_class(node: ast.ClassDef, found: Named, *, sure: bool) -> None:
    methods = {e.name: e.lineno for e in node.body if isinstance(e, _Function) and _is_test(e)}
    names = {f"{node.name}::{name}": line for name, line in methods.items()}
    found.methods |= set(methods)
    found.possible |= set(names)
    aside = any(isinstance(e, ast.Assign) and "__test__" in ast.unparse(e) for e in node.body)
    if sure and node.name.startswith("Test") and not node.bases and not aside:
        found.sure |= names


def _is_test(node: _Function) -> bool:
    fixture = any("fixture" in ast.unparse(each) for each in node.decorator_list)
    return node.name.startswith("test") and not fixture


def reaches(tests: Mapping[str, str]) -> Iterator[TestResult]:
    """Find where tests reach for what reports on them, in plain text.

    Args:
        tests: Source text by path.

    Yields:
        An error for each place.
    """
    for path, text in tests.items():
        try:
            nodes = list(ast.walk(ast.parse(text)))
        except (SyntaxError, ValueError):
            continue
        for node in nodes:
            what, line = _reach(node), getattr(node, "lineno", 0)
            if what:
                yield _error(
                    f"{path}:{line}", f"it reaches for what reports on tests: {what}", line
                )


def _reach(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("pytest_"):
        return "" if node.name in _HARMLESS else f"the hook {node.name}"
    if isinstance(node, ast.Attribute) and node.attr == _MANAGER:
        return _MANAGER
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        names = [node.module or ""]
    private = [name for name in names if name.partition(".")[0] in _PRIVATE]
    return f"it imports {private[0]}" if private else ""


def _error(identity: str, message: str, line: int) -> TestResult:
    return TestResult(id=identity, outcome="error", message=message, line=line)
