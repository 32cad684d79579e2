"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import workbench
from workbench import registry

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "workbench"
HEAVY = {"torch", "anthropic", "ipywidgets", "IPython", "papermill", "nbformat", "jupyter_client"}
# Where a heavy package may be imported when the file itself is imported.
HOMES = {
    # The cells of tests are read as text and specialised, as blueprints are; nobody imports them.
    "torch": ["frameworks/torch", "frameworks/_torch", "blueprints/", "implementers/_test_cells/"],
    "anthropic": ["implementers/anthropic"],
    "ipywidgets": ["widgets/"],
    "IPython": ["widgets/"],
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _loaded_by(statement: str) -> set[str]:
    """Import in a fresh process and list the heavy packages that came along."""
    code = f"{statement}\nimport sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import workbench",
        "import workbench.spec, workbench.records, workbench.session",
        "import workbench.cli",
    ],
)
def test_importing_is_light(statement):
    assert _loaded_by(statement) == set()


def test_the_test_of_light_imports_can_fail():
    assert _loaded_by("import workbench, ipywidgets") >= {"ipywidgets", "IPython"}


def test_public_names_are_there_and_listed():
    assert workbench.__all__ == sorted(workbench.__all__)
    for name in workbench.__all__:
        assert getattr(workbench, name).__name__ == name
    assert set(workbench.__all__) <= set(dir(workbench))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        workbench.Nothing  # noqa: B018


def _files() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if "demo/target" not in path.as_posix()]


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_heavy_packages_are_imported_only_at_home(path):
    where = path.relative_to(SOURCE).as_posix()
    for node in ast.parse(path.read_text()).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for package in {name.split(".")[0] for name in names} & HEAVY:
            assert where.startswith(tuple(HOMES.get(package, ["-"]))), f"{where} imports {package}"


@pytest.mark.parametrize("room", ["checks", "laws", "implementers", "blueprints", "frameworks"])
def test_furniture_is_private_to_its_room(room):
    for path in _files():
        if path.relative_to(SOURCE).parts[0] != room:
            assert f"workbench.{room}._" not in path.read_text(), path


@pytest.mark.parametrize("name", registry.members("checks"))
def test_a_check_teaches_why_and_how_to_fix(name):
    lesson = importlib.import_module(f"workbench.checks.{name}").__doc__ or ""
    assert "Why:" in lesson
    assert "Fix:" in lesson


def _requirements(group: str) -> dict[str, Requirement]:
    lines = PROJECT["dependencies"]
    if group == "dev":
        lines = PROJECT["optional-dependencies"]["dev"]
    return {_plain(Requirement(line).name): Requirement(line) for line in lines}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_environment_yml_is_in_step_with_pyproject():
    from ruamel.yaml import YAML

    lines = YAML(typ="safe").load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {"pytorch": "torch"}
    theirs = {Requirement(line) for line in lines if line != "pip"}
    theirs = {conda.get(r.name, _plain(r.name)): str(r.specifier) for r in theirs}
    assert theirs.pop("python") == str(Requirement(f"python{PROJECT['requires-python']}").specifier)
    ours = {**_requirements("main"), **_requirements("dev")}
    assert theirs == {name: str(requirement.specifier) for name, requirement in ours.items()}


def test_every_dependency_has_an_upper_bound_and_a_constraint_within_its_range():
    pinned = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            pinned[_plain(name)] = version
    for name, requirement in {**_requirements("main"), **_requirements("dev")}.items():
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators & {"<", "<=", "==", "~="}, f"{name} has no upper bound"
        assert name in pinned, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pinned[name]), f"{name} {pinned[name]}"


def test_the_readme_names_the_commands_that_the_makefile_has():
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test", "lab", "lint", "bench", "help"} <= targets
    assert named <= targets
    assert {"demo", "test", "lab"} <= named
