"""An export into the working tree, or into a patch file: all of it or nothing, nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from repositories import (
    PACKAGE,
    belongings,
    branches,
    draft,
    evidence,
    git,
    repository,
    spec,
    write,
)

from workbench.errors import TargetError
from workbench.records import Edit
from workbench.repo import _in_place, export, study

NEW = "src/pocketnet/models/text_classifier.py"
TEST = "tests/new/test_text_classifier.py"
INIT = "src/pocketnet/models/__init__.py"
FILES = {NEW: "class TextClassifier:\n    pass\n", TEST: "def test_it():\n    assert True\n"}
EDIT = Edit(
    path=INIT, before='"TinyGPT"]', after='"TextClassifier", "TinyGPT"]', reason="re-export"
)


@pytest.fixture
def target(tmp_path):
    return repository(tmp_path / "target", PACKAGE)


def _export(root, **fields):
    asked, what = spec(), draft(FILES, edits=(EDIT,))
    return export(study(root), asked, what, evidence(asked, what), **fields)


def _texts(root):
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_the_files_are_written_and_git_is_not(target):
    (target / INIT).chmod(0o755)
    git(target, "commit", "--quiet", "--all", "--message", "Mode")
    before = belongings(target)
    made = _export(target, in_place=True)
    after = belongings(target)
    assert (made.branch, made.commit, made.paths) == ("", "", (INIT, NEW, TEST))
    assert {key: after[key] for key in ("git", "hooks", "worktrees", "branch", "stash")} == {
        key: before[key] for key in ("git", "hooks", "worktrees", "branch", "stash")
    }
    assert branches(target) == ["main"]
    assert '"TextClassifier"' in (target / INIT).read_text()
    assert (target / NEW).read_text() == FILES[NEW]
    assert (target / INIT).stat().st_mode & 0o777 == 0o755
    changed = git(target, "status", "--porcelain", "--untracked-files=all").split("\n")
    assert sorted(line.split()[-1] for line in changed) == sorted(made.paths)


def dirty(root):
    write(root, {INIT: "# mine\n" + (root / INIT).read_text()})


def there(root):
    write(root, {NEW: "MINE = 1\n"})


def linked(root):
    (root / "elsewhere").mkdir()
    (root / "tests" / "new").symlink_to(root / "elsewhere")


def link(root):
    (root / NEW).symlink_to(root / "elsewhere.py")


def removed(root):
    (root / INIT).unlink()


def moved_on(root):
    git(root, "commit", "--quiet", "--allow-empty", "--message", "More")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (dirty, "changes that are not committed"),
        (there, "though not committed"),
        (linked, "symbolic link"),
        (link, "no ordinary file"),
        (removed, "not in the working tree"),
        (moved_on, "another commit"),
    ],
)
def test_what_changed_since_the_study_is_never_overwritten(target, change, match):
    asked, what = spec(), draft(FILES, edits=(EDIT,))
    known = study(target)
    change(target)
    before = _texts(target)
    with pytest.raises(TargetError, match=match):
        export(known, asked, what, evidence(asked, what), in_place=True)
    assert _texts(target) == before


def test_a_working_tree_with_crlf_keeps_it(target):
    text = (target / INIT).read_bytes().replace(b"\n", b"\r\n")
    git(target, "config", "core.autocrlf", "true")
    (target / INIT).write_bytes(text)
    _export(target, in_place=True)
    assert (target / INIT).read_bytes().count(b"\r\n") == text.count(b"\r\n")


def test_a_disk_that_fails_half_way_leaves_the_old_state(target, monkeypatch):
    before, replace = _texts(target), _in_place._replace

    def failing(file, content):
        if file.name == "test_text_classifier.py":
            raise OSError("no space left")
        replace(file, content)

    monkeypatch.setattr(_in_place, "_replace", failing)
    with pytest.raises(TargetError, match="no space left; nothing was changed"):
        _export(target, in_place=True)
    assert _texts(target) == before


def _dies_at(step: int, work) -> int:
    child = os.fork()
    if child == 0:
        taken, replace = [0], os.replace

        def counted(*arguments):
            taken[0] += 1
            if taken[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(*arguments)

        os.replace = counted
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_kill_at_any_step_is_undone_by_the_next_export(target):
    before = _texts(target)
    git_home = target / ".git"
    for step in range(1, 20):
        ended = _dies_at(step, lambda: _export(target, in_place=True))
        if ended == 0:
            break
        _in_place.put_back(target, _in_place.Git(target))
        assert _texts(target) == before
        assert not list(git_home.glob("workbench-*.json"))
    assert step > 4, "the export was killed at several steps"
    assert set(_texts(target)) == {*before, NEW, TEST}


def test_what_the_person_wrote_after_a_kill_is_kept(target):
    _dies_at(5, lambda: _export(target, in_place=True))
    assert list((target / ".git").glob("workbench-*.json"))
    write(target, {INIT: "# mine\n"})
    with pytest.raises(TargetError, match="not committed"):
        _export(target, in_place=True)
    assert (target / INIT).read_text() == "# mine\n"


def test_a_patch_applies_and_the_target_does_not_hear_of_it(target, tmp_path):
    before, objects = belongings(target), sorted((target / ".git" / "objects").rglob("*"))
    file = tmp_path / "it.patch"
    made = _export(target, patch=file)
    assert belongings(target) == before
    assert sorted((target / ".git" / "objects").rglob("*")) == objects
    assert (made.patch, made.branch) == (str(file), "")
    subprocess.run(["git", "am", "--quiet", str(file)], cwd=target, check=True)
    assert (
        git(target, "show", "--name-only", "--format=%s").split("\n")[0].endswith("TextClassifier")
    )
    assert (target / NEW).read_text() == FILES[NEW]


def test_a_patch_overwrites_nothing(target, tmp_path):
    file = tmp_path / "it.patch"
    file.write_text("mine")
    with pytest.raises(TargetError, match="is there already"):
        _export(target, patch=file)
    assert file.read_text() == "mine"
    with pytest.raises(TargetError, match="cannot be written"):
        _export(target, patch=tmp_path / "no" / "it.patch")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["it.patch"]
    assert isinstance(file, Path)
