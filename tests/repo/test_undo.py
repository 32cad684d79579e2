"""An export is previewed, taken back while nobody built on it, and code is put elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workbench import demo, repo
from workbench.errors import TargetError
from workbench.records import Cell, Draft, Edit, Export, Placement, Report, Verdict
from workbench.spec import Spec, loads

CONTRACT = "name: Net\nkind: model\ntext: a net\n"


def git(target: Path, *words: str) -> str:
    command = ["git", "-C", str(target), "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.lay(tmp_path_factory.mktemp("undo") / "pocket")


def parts() -> tuple[Spec, Draft, Report]:
    spec = loads(CONTRACT)
    first = "src/pocket/models/__init__.py"
    cell = Cell(id="a", role="module", path="src/pocket/models/net.py", source="x = 1\n")
    before = "from pocket.models.mlp import MLP\n"
    edit = Edit(path=first, before=before, after=f"{before}# net\n", reason="names the net")
    draft = Draft(implementer="person", module="pocket.models.net", cells=(cell,), edits=(edit,))
    verdict = Verdict(check="builds", outcome="passed")
    return spec, draft, Report(spec_hash=spec.hash, draft_hash=draft.hash, verdicts=(verdict,))


@pytest.fixture
def export(target: Path) -> Export:
    return repo.export(repo.study(target), *parts())


def test_a_preview_says_what_the_export_then_does(target: Path) -> None:
    study = repo.study(target)
    hunks, message = repo.preview(study, *parts())
    assert [(hunk.path, hunk.reason) for hunk in hunks] == [
        ("src/pocket/models/__init__.py", "names the net"),
        ("src/pocket/models/net.py", "the module that was asked for"),
    ]
    assert "+# net" in hunks[0].diff.splitlines()
    made = repo.export(study, *parts())
    assert git(target, "log", "-1", "--format=%B", made.branch).strip() == message.strip()
    assert sorted({hunk.path for hunk in hunks}) == list(made.paths)
    repo.undo(made)


def test_an_export_is_undone_once(target: Path, export: Export) -> None:
    status = git(target, "status", "--porcelain", "--branch")
    repo.undo(export)
    assert export.branch not in git(target, "branch")
    assert git(target, "status", "--porcelain", "--branch") == status
    with pytest.raises(TargetError, match="not there any more"):
        repo.undo(export)


def test_what_somebody_built_on_stays(target: Path, export: Export) -> None:
    git(target, "branch", "other", export.branch)
    with pytest.raises(TargetError, match="part of refs/heads/other"):
        repo.undo(export)
    git(target, "branch", "-D", "other")
    git(target, "checkout", "-q", export.branch)
    with pytest.raises(TargetError, match="checked out"):
        repo.undo(export)
    git(target, "commit", "-q", "--allow-empty", "-m", "more")
    with pytest.raises(TargetError, match="has moved"):
        repo.undo(export)
    git(target, "checkout", "-q", "main")
    git(target, "branch", "-D", export.branch)


def place() -> Placement:
    line = "from .mlp import MLP\n"
    edit = Edit(
        path="src/a/__init__.py", before=line, after=f"{line}from .net import Net\n", reason=""
    )
    return Placement(
        path="src/a/net.py",
        module="a.net",
        test_path="tests/test_net.py",
        import_root="src",
        edits=(edit,),
    )


def test_a_new_name_in_the_same_folder_is_registered() -> None:
    made = repo.moved(place(), "src/a/other.py", "tests/test_other.py")
    assert (made.module, made.test_path) == ("a.other", "tests/test_other.py")
    assert made.edits[0].after == "from .mlp import MLP\nfrom .other import Net\n"


def test_another_folder_is_not_registered() -> None:
    assert repo.moved(place(), "src/a/b/net.py", "tests/test_net.py").edits == ()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../net.py", "net.py"),
        ("/etc/net.py", "net.py"),
        ("src/a/net.txt", "net.txt"),
        ("elsewhere/net.py", "outside src"),
        ("tests/test_net.py", "cannot be both"),
    ],
)
def test_a_place_that_cannot_be_is_refused(path: str, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        repo.moved(place(), path, "tests/test_net.py")
