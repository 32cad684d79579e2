"""Lists what of a target tests can be written for: its files, and what each of them defines."""

from __future__ import annotations

import ast
import re

from workbench import repo
from workbench.errors import UsageError
from workbench.inference._infer import stub
from workbench.inference._kinds import Definition, kind_of
from workbench.records import Study

_ASIDE = re.compile(
    r"(^|/)(tests?|docs?|examples?|setup\.py|conftest\.py|test_[^/]*|[^/]*_test\.py)"
)


def code_files(study: Study) -> tuple[str, ...]:
    """List the Python files of a target that are no tests, documents or examples.

    Args:
        study: What was learned of it.

    Returns:
        Their paths, relative to its root.
    """
    files = repo.Target(study, repo.place(study, stub(""))).files()  # beside a file that is new
    return tuple(sorted(path for path in files if path.endswith(".py") and not _ASIDE.search(path)))


def definitions(study: Study, path: str) -> dict[str, str]:
    """List the classes and functions of a file that tests can be written for.

    Args:
        study: What was learned of the target.
        path: The file, relative to its root.

    Returns:
        The kind of contract that each would have, by its name, in the order of the file.

    Raises:
        TargetError: The file cannot be read.
        UsageError: It is no Python.
    """
    try:
        tree = ast.parse(_target(study, path).read(path))
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno} is not Python: {error.msg}") from error
    nodes = [node for node in tree.body if isinstance(node, Definition)]
    return {node.name: kind for node in nodes if (kind := kind_of(node, tree, path))}


def _target(study: Study, path: str) -> repo.Target:
    return repo.Target(study, repo.place(study, stub(path)))
