"""The way back: edits of exported files find their cells, and exported code is found again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import PACKAGE, draft, evidence, git, repository, spec, write

from workbench.errors import TargetError
from workbench.records import Cell, Draft
from workbench.repo import defining, export, pull, study
from workbench.repo._pull import _divided

NEW = "src/pocketnet/models/text_classifier.py"
TEST = "tests/models/test_text_classifier.py"
CELLS = (
    Cell(id="head", role="module", path=NEW, source="import math\n\nWIDTH = 4\n"),
    Cell(id="block", role="module", path=NEW, source="class Block:\n    depth = 1\n"),
    Cell(id="net", role="module", path=NEW, source="class TextClassifier:\n    size = WIDTH\n"),
    Cell(id="tests", role="test", path=TEST, source="def test_it():\n    assert True\n"),
)
DRAFT = Draft(implementer="scripted", module="new", cells=CELLS)


@pytest.fixture
def exported(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    asked, known = spec(), study(root)
    made = export(known, asked, DRAFT, evidence(asked, DRAFT))
    return root, known, made


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("depth = 1", "depth = 2", ["block"]),
        ("WIDTH = 4\n", "WIDTH = 4\nHEIGHT = 2\n", ["head"]),
        ("    size = WIDTH\n", "    size = WIDTH\n\n    def more(self): ...\n", ["net"]),
        ("class Block:\n    depth = 1\n", "", ["block"]),
        ("import math\n", "import math\nimport torch\n", ["head"]),
        ("WIDTH", "BREADTH", ["head", "net"]),
        ("import math", "import math", []),
    ],
)
def test_an_edit_returns_to_the_cell_that_it_was_made_in(exported, before, after, changed):
    root, known, made = exported
    git(root, "checkout", "--quiet", made.branch)
    text = (root / NEW).read_text()
    assert before in text
    write(root, {NEW: text.replace(before, after).encode()})
    back = pull(known, DRAFT)
    assert list(back.changed) == changed
    assert back.draft.files("module")[NEW].split() == (root / NEW).read_text().split()
    assert (back.draft.hash == DRAFT.hash) == (not changed)


def test_a_branch_is_read_without_being_checked_out(exported):
    _, known, made = exported
    with pytest.raises(TargetError, match="check the branch out"):
        pull(known, DRAFT)
    assert pull(known, DRAFT, made.branch).changed == ()
    with pytest.raises(TargetError, match="no branch or commit 'nothing'"):
        pull(known, DRAFT, "nothing")


def test_a_file_that_is_gone_is_said_and_its_cells_stay(exported):
    root, known, made = exported
    git(root, "checkout", "--quiet", made.branch)
    (root / TEST).unlink()
    back = pull(known, DRAFT)
    assert (back.gone, back.changed) == ((TEST,), ())
    assert back.draft == DRAFT


@given(st.lists(st.sampled_from(["a = 1", "b = 2", "", "def f():", "    pass"]), max_size=30))
def test_no_line_is_lost_whatever_was_written(lines):
    text = "\n".join(lines) + "\n"
    parts = _divided(CELLS[:3], text)
    joined = [line for cell in parts for line in cell.source.split("\n") if line.strip()]
    assert joined == [line for line in lines if line.strip()]


def test_the_note_ties_cells_to_files_and_the_files_carry_no_marks(exported):
    root, _, made = exported
    note = json.loads(git(root, "notes", "--ref=workbench", "show", made.commit))
    assert [(cell["id"], cell["path"]) for cell in note["cells"]] == [
        (cell.id, cell.path) for cell in CELLS
    ]
    assert note["draft_hash"] == DRAFT.hash
    assert "workbench" not in git(root, "show", f"{made.branch}:{NEW}").lower()


def test_exported_code_is_found_by_its_note(exported):
    root, _, made = exported
    git(root, "checkout", "--quiet", made.branch)
    # Another file that defines the name does not confuse it.
    write(root, {"src/pocketnet/models/other.py": "class TextClassifier: ...\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Add another")
    modules, tests = defining(study(root), "TextClassifier")
    assert [path.relative_to(root).as_posix() for path in (*modules, *tests)] == [NEW, TEST]


def test_code_without_a_note_is_looked_for(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    modules, tests = defining(study(root), "MLP")
    found = [path.relative_to(root).as_posix() for path in (*modules, *tests)]
    assert found == ["src/pocketnet/models/mlp.py", "tests/models/test_mlp.py"]
    with pytest.raises(TargetError, match="no file does; give --code"):
        defining(study(root), "Nothing")
    write(root, {"src/pocketnet/models/again.py": "class MLP: ...\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Again")
    with pytest.raises(TargetError, match=r"again.py, .*mlp.py do"):
        defining(study(root), "MLP")


def test_a_draft_made_by_hand_is_pulled_too(exported):
    _, known, _ = exported
    what = draft({"src/pocketnet/models/mlp.py": "class MLP: ...\n"})
    assert pull(known, what).changed == ("cell-0",)
