"""Every change outside the new files is listed with its reason; an unrelated one is refused."""

from __future__ import annotations

import pytest
from repositories import PACKAGE, branches, draft, evidence, repository, spec

from workbench.errors import TargetError, UsageError
from workbench.records import Edit, Note
from workbench.repo import export, hunks, study, without

NEW = "src/pocketnet/models/text_classifier.py"
FILES = {NEW: "class TextClassifier:\n    pass\n"}
INIT = "src/pocketnet/models/__init__.py"
MLP = "src/pocketnet/models/mlp.py"
LINE = "from pocketnet.models.tiny_gpt import TinyGPT\n"
EXPORT = Edit(
    path=INIT,
    before=LINE,
    after=f"from pocketnet.models.text_classifier import TextClassifier\n{LINE}",
    reason="re-exports TextClassifier",
)
README = Edit(path="README.md", before="- MLP\n", after="- MLP\n- TextClassifier\n", reason="docs")
UNRELATED = [
    Edit(path=MLP, before="width: int = 4", after="width: int = 8", reason="a better default"),
    Edit(path=MLP, before="return self.layer(x)", after="return x", reason="TextClassifier"),
    Edit(path=INIT, before='"TinyGPT"]', after='"TextClassifier"]', reason="re-export"),
    Edit(path="src/pocketnet/other.py", before="", after="A = 1\n", reason="more"),
]


@pytest.fixture
def known(tmp_path):
    return study(repository(tmp_path / "target", {**PACKAGE, "README.md": "- MLP\n- TinyGPT\n"}))


def test_each_change_has_its_place_its_kind_and_its_reason(known):
    found = hunks(known, spec(), draft(FILES, edits=(EXPORT, README)))
    assert [(one.path, one.line, one.kind) for one in found] == [
        (INIT, 2, "registration"),
        ("README.md", 1, "document"),
    ]
    assert all(one.reason and not one.refused for one in found)
    assert "+from pocketnet.models.text_classifier import TextClassifier" in found[0].diff
    assert len({one.id for one in found}) == 2


@pytest.mark.parametrize("edit", UNRELATED, ids=range(len(UNRELATED)))
def test_an_unrelated_change_is_refused_and_nothing_is_exported(known, edit):
    asked, what = spec(), draft(FILES, edits=(EXPORT, edit))
    refused = [one for one in hunks(known, asked, what) if one.refused]
    assert [one.path for one in refused] == [edit.path]
    with pytest.raises(TargetError, match=rf"change {refused[0].id} of .* is refused"):
        export(known, asked, what, evidence(asked, what))
    from pathlib import Path

    assert branches(Path(known.root)) == ["main"]


def test_an_improvement_that_is_called_out_is_no_unrelated_change(known):
    note = Note(kind="improvement", text="A wider default.", reason="4 is too few.", about=MLP)
    found = hunks(known, spec(), draft(FILES, edits=(UNRELATED[0],), notes=(note,)))
    assert [(one.kind, one.refused) for one in found] == [("improvement", "")]
    other = note.model_copy(update={"about": INIT})
    found = hunks(known, spec(), draft(FILES, edits=(UNRELATED[0],), notes=(other,)))
    assert found[0].refused


def test_one_change_can_be_refused_and_the_rest_stays(known):
    asked, what = spec(), draft(FILES, edits=(EXPORT, README))
    first, second = hunks(known, asked, what)
    less = without(what, [second.id])
    assert [one.id for one in hunks(known, asked, less)] == [first.id]
    assert less.hash != what.hash, "evidence on the whole draft is stale"
    with pytest.raises(UsageError, match="has no change 'nothing'"):
        without(what, ["nothing"])


def test_an_empty_init_beside_the_new_file_needs_no_name(known):
    edit = Edit(path="src/pocketnet/new/__init__.py", before="", after="", reason="a package")
    found = hunks(known, spec(), draft(FILES, edits=(edit,)))
    assert [(one.kind, one.refused) for one in found] == [("new file", "")]
