from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.cells import from_cells, from_files, insert, to_cells
from workbench.errors import UsageError
from workbench.records import Cell, Draft
from workbench.spec import Spec

MODULE = '"""Two."""\n\nfrom __future__ import annotations\n\n\nclass Two:\n    value = 2\n'
TEST = "from pkg.two import Two\n\n\ndef test_two() -> None:\n    assert Two.value == 2\n"


def draft_of(*cells: Cell) -> Draft:
    return Draft(implementer="files", module="pkg.two", cells=cells)


@pytest.fixture
def draft() -> Draft:
    return draft_of(
        Cell(id="two", role="module", path="pkg/two.py", source=MODULE),
        Cell(id="test-two", role="test", path="tests/test_two.py", source=TEST),
    )


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    anchor = new_code_cell("show(draft)", id="anchor", metadata={"tags": ["workbench-cells"]})
    return new_notebook(cells=[new_markdown_cell("# Before"), anchor, new_markdown_cell("# After")])


def saved(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Write a notebook and read it back, as another program would."""
    nbformat.validate(notebook)
    nbformat.write(notebook, folder / "notebook.ipynb")
    return nbformat.read(folder / "notebook.ipynb", as_version=4)


def spec_of(name: str) -> Spec:
    return Spec.model_validate({"name": name, "kind": "layer", "text": f"A layer named {name}."})


def test_cells_carry_tag_identity_and_stable_id(draft: Draft) -> None:
    module, test = to_cells(draft)
    assert (module.id, test.id) == ("two", "test-two")
    assert module.metadata["tags"] == ["workbench-module"]
    assert test.metadata["tags"] == ["workbench-tests"]
    assert module.metadata["workbench"] == {"id": "two", "path": "pkg/two.py", "role": "module"}


def test_unedited_cells_give_the_same_draft_after_saving(
    draft: Draft, notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    insert(notebook, draft)
    again = from_cells(saved(notebook, tmp_path), draft)
    assert again == draft
    assert again.hash == draft.hash


def test_new_cells_stand_behind_the_anchor_in_order(
    draft: Draft, notebook: nbformat.NotebookNode
) -> None:
    insert(notebook, draft)
    assert [cell.id for cell in notebook.cells[1:4]] == ["anchor", "two", "test-two"]
    assert notebook.cells[-1].source == "# After"


def test_without_an_anchor_cells_go_to_the_end(draft: Draft) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# Only")])
    insert(notebook, draft)
    assert [cell.source for cell in notebook.cells][1:] == [MODULE.rstrip(), TEST.rstrip()]


def test_inserting_twice_replaces_in_place(
    draft: Draft, notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    insert(notebook, draft)
    notebook.cells.insert(3, new_markdown_cell("a remark of a person"))
    notebook.cells[2]["outputs"] = [nbformat.v4.new_output("stream", text="old")]
    revised = draft_of(
        draft.cells[0].model_copy(update={"source": MODULE.replace("2", "3")}),
        draft.cells[1],
        Cell(id="three", role="module", path="pkg/three.py", source="THREE = 3\n"),
    )
    insert(notebook, revised)
    notebook = saved(notebook, tmp_path)
    names = [cell.metadata.get("workbench", {}).get("id", "") for cell in notebook.cells]
    assert names == ["", "", "two", "", "test-two", "three", ""]
    assert notebook.cells[3].source == "a remark of a person"
    assert "value = 3" in notebook.cells[2].source
    assert notebook.cells[2].outputs == []


def test_outputs_and_tags_of_an_unchanged_cell_stay(
    draft: Draft, notebook: nbformat.NotebookNode
) -> None:
    insert(notebook, draft)
    notebook.cells[2]["outputs"] = [nbformat.v4.new_output("stream", text="kept")]
    notebook.cells[2].metadata["tags"].append("mine")
    insert(notebook, draft)
    assert notebook.cells[2].outputs[0].text == "kept"
    assert notebook.cells[2].metadata["tags"] == ["workbench-module", "mine"]


def test_a_cell_that_the_draft_dropped_goes(draft: Draft, notebook: nbformat.NotebookNode) -> None:
    insert(notebook, draft)
    insert(notebook, draft_of(draft.cells[0]))
    assert [cell.id for cell in notebook.cells[1:3]] == ["anchor", "two"]
    assert len(notebook.cells) == 4


def test_edits_in_the_notebook_are_taken_over(
    draft: Draft, notebook: nbformat.NotebookNode
) -> None:
    insert(notebook, draft)
    notebook.cells[2].source = notebook.cells[2].source.replace("value = 2", "value = 5")
    edited = from_cells(notebook, draft)
    assert "value = 5" in edited.cells[0].source
    assert edited.cells[1] == draft.cells[1]
    assert edited.hash != draft.hash


def test_a_copy_of_a_cell_is_refused_and_nothing_is_lost(
    draft: Draft, notebook: nbformat.NotebookNode
) -> None:
    insert(notebook, draft)
    copy = nbformat.from_dict(notebook.cells[2] | {"id": "pasted"})
    notebook.cells.append(copy)
    before = len(notebook.cells)
    with pytest.raises(UsageError, match="'two' stands twice"):
        from_cells(notebook, draft)
    with pytest.raises(UsageError, match=f"again as cell {before}"):
        insert(notebook, draft)
    assert len(notebook.cells) == before


def test_a_foreign_cell_with_the_same_id_is_left_alone(draft: Draft, tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("mine = 1", id="two")])
    insert(notebook, draft)
    notebook = saved(notebook, tmp_path)
    assert notebook.cells[0].source == "mine = 1"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert from_cells(notebook, draft) == draft


def test_a_notebook_older_than_cell_ids_is_upgraded(draft: Draft, tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# Old")])
    del notebook.cells[0]["id"]
    notebook["nbformat_minor"] = 4
    insert(notebook, draft)
    assert saved(notebook, tmp_path).cells[1].id == "two"


def test_module_cells_run_in_a_notebook(draft: Draft, tmp_path: Path) -> None:
    notebook = new_notebook(cells=[])
    insert(notebook, draft_of(draft.cells[0]))
    notebook.cells.append(new_code_cell("print(Two.value + 40)"))
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute(cwd=str(tmp_path))
    assert notebook.cells[-1].outputs[0].text == "42\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    files = {
        "src/pkg/__init__.py": "from pkg.two import Two\n",
        "src/pkg/two.py": MODULE,
        "src/pkg/inner/__init__.py": "",
        "src/pkg/inner/three.py": "class Three: ...\n",
        "tests/test_two.py": TEST,
    }
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    return tmp_path


def test_files_become_a_draft_below_the_root(package: Path) -> None:
    code = [package / "src/pkg/two.py", package / "src/pkg/inner/three.py"]
    draft = from_files(
        spec_of("Two"), code, [package / "tests/test_two.py"], root=package, import_root="src"
    )
    assert draft.module == "pkg.two"
    assert list(draft.files("module")) == ["src/pkg/two.py", "src/pkg/inner/three.py"]
    assert draft.files("test") == {"tests/test_two.py": TEST}


def test_without_a_root_the_outermost_package_decides(package: Path) -> None:
    draft = from_files(spec_of("Three"), [package / "src/pkg/inner/three.py"])
    assert draft.module == "pkg.inner.three"
    assert [cell.path for cell in draft.cells] == ["pkg/inner/three.py"]


def test_a_name_in_a_package_file_is_the_package(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("class Two: ...\n")
    assert from_files(spec_of("Two"), [tmp_path / "pkg" / "__init__.py"]).module == "pkg"


def test_a_file_outside_the_root_stands_at_the_import_root(package: Path, tmp_path: Path) -> None:
    loose = tmp_path.parent / f"{tmp_path.name}-loose.py"
    loose.write_text("class Loose: ...\n")
    draft = from_files(spec_of("Loose"), [loose], root=package, import_root="src")
    assert draft.cells[0].path == f"src/{loose.name}"
    assert draft.module == loose.stem


@pytest.mark.parametrize(
    "source",
    [
        "Two = object\n",
        "def Two(x): return x\n",
        "if True:\n    class Two: ...\n",
        "try:\n    import x\nexcept ImportError:\n    x = None\nelse:\n    class Two: ...\n",
        "class Two(:\n",  # does not parse: the check on it says so, with the line
    ],
)
def test_every_way_to_define_the_name_is_found(source: str, tmp_path: Path) -> None:
    (tmp_path / "home.py").write_text(source)
    (tmp_path / "other.py").write_text("from home import Two\n")
    code = [tmp_path / "other.py", tmp_path / "home.py"]
    assert from_files(spec_of("Two"), code).module == "home"


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"a.py": "class Tow: ...\n"}, "no file defines Two: did you mean 'Tow'"),
        ({"a.py": "from b import Two\n"}, "no file defines Two"),
        ({"a.py": "class Two: ...\n", "b.py": "Two = 1\n"}, r"several files: .*a\.py, .*b\.py"),
        ({}, "no code was given"),
    ],
)
def test_none_or_several_definitions_are_one_clear_error(
    sources: dict[str, str], message: str, tmp_path: Path
) -> None:
    for name, source in sources.items():
        (tmp_path / name).write_text(source)
    with pytest.raises(UsageError, match=message):
        from_files(spec_of("Two"), [tmp_path / name for name in sources])


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.py cannot be read"):
        from_files(spec_of("Two"), [tmp_path / "missing.py"])
    (tmp_path / "latin.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        from_files(spec_of("Two"), [tmp_path / "latin.py"])


def test_two_files_with_one_place_are_refused(package: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.py").write_text(f"class {name.title()}: ...\n")
    code = [tmp_path / "one" / "same.py", tmp_path / "other" / "same.py"]
    with pytest.raises(UsageError, match=r"two of the files would be same\.py"):
        from_files(spec_of("One"), code)


def test_names_that_look_alike_get_ids_of_their_own(tmp_path: Path) -> None:
    for name in ("a_b", "a-b", "a.b"):
        (tmp_path / f"{name}.py").write_text(f"class C{ord(name[1])}: ...\n")
    code = [tmp_path / f"{name}.py" for name in ("a_b", "a-b", "a.b")]
    ids = [cell.id for cell in from_files(spec_of("C46"), code).cells]
    assert len(set(ids)) == len(code)
