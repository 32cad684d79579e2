"""What every committed notebook owes to those who read its changes."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import nbformat
import pytest

from workbench.session import Session

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FILES = sorted(NOTEBOOKS.rglob("*.ipynb"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_valid_and_holds_no_outputs(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert "widgets" not in notebook.metadata


def test_any_python_kernel_can_run_it(notebook: nbformat.NotebookNode) -> None:
    assert notebook.metadata.kernelspec.name == "python3"
    assert "version" not in notebook.metadata.language_info


def test_its_ids_are_stable_words(notebook: nbformat.NotebookNode) -> None:
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_its_code_is_thin(notebook: nbformat.NotebookNode) -> None:
    for source in code_of(notebook):
        assert len(source.splitlines()) <= 15
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 3


def test_it_names_no_place_of_one_machine(notebook: nbformat.NotebookNode) -> None:
    text = "\n".join(cell.source for cell in notebook.cells)
    assert re.findall(r"(?<![\w.])/(?:home|root|tmp|work|Users)\b", text) == []


def test_the_pipeline_takes_what_a_session_takes() -> None:
    notebook = nbformat.read(NOTEBOOKS / "implement.ipynb", as_version=4)
    (cell,) = [one for one in notebook.cells if "parameters" in one.metadata.get("tags", [])]
    body = ast.parse(cell.source).body
    given = {node.targets[0].id: ast.literal_eval(node.value) for node in body}
    keywords = inspect.signature(Session.start).parameters
    named = set(keywords) - {"repository", "folder", "listen"}
    assert set(given) == named | {
        "repo",
        "session",
        "export",
        "export_options",
        "allow_unsandboxed",
    }
    for name in named - {"spec", "options"}:
        assert given[name] == keywords[name].default


def test_the_pipeline_has_one_place_for_the_draft() -> None:
    notebook = nbformat.read(NOTEBOOKS / "implement.ipynb", as_version=4)
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert tags.count("workbench-cells") == 1
