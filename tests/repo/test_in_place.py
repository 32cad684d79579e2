"""An export into the working tree, or into a patch file: all of it or nothing, nothing else."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import platformdirs
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

from workbench import unfinished
from workbench.errors import TargetError
from workbench.records import Edit
from workbench.repo import _in_place, export, recover, study
from workbench.repo._changes import contents
from workbench.repo._in_place import write_in_place
from workbench.repo._snapshot import snapshot

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
    before, replace = _texts(target), os.replace

    def failing(source, place):
        if str(place).endswith("test_text_classifier.py"):
            raise OSError("no space left")
        replace(source, place)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(TargetError, match="no space left; nothing was changed"):
        _export(target, in_place=True)
    assert _texts(target) == before
    assert not (target / TEST).parent.exists()
    assert _left(target) == []


def _left(root):
    """What an export in place may leave behind anywhere."""
    notes = platformdirs.user_state_path("workbench") / "in-place"
    return [
        path.name
        for folder in (root, notes)
        for path in folder.rglob("*")
        if "workbench" in path.name or path.parent == notes
    ]


def _dies_at(line: int, work) -> int:
    """Do the work in a child that kills itself before the n-th line that it runs of these files."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seen = [0]
    own = {module.__file__ for module in (_in_place, unfinished)}

    def counted(frame, event, _):
        if frame.f_code.co_filename not in own:
            return None
        seen[0] += event == "line"
        if seen[0] == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return counted

    code = 1
    try:
        sys.settrace(counted)
        work()
        code = 0
    finally:
        os._exit(code)


def _whole(root, before) -> str:
    now = _texts(root)
    if now == before:
        return "old"
    assert set(now) == {*before, NEW, TEST}
    assert now[NEW] == FILES[NEW].encode()
    assert b'"TextClassifier"' in now[INIT]
    return "new"


@pytest.mark.slow
@pytest.mark.parametrize("recovery_dies", [False, True])
def test_a_kill_before_any_line_leaves_the_old_state_or_the_new_one(target, recovery_dies):
    found, what = study(target), draft(FILES, edits=(EDIT,))
    before, commit = _texts(target), snapshot(found)
    new = contents(commit, what)
    states, line, ended = [], 0, 1
    while ended:
        line += 1 if not recovery_dies else 8
        ended = _dies_at(line, lambda: write_in_place(commit, commit.git, new))
        again = 7 if recovery_dies else 0  # the recovery is killed as well, again and again
        while again and _dies_at(again, recover):
            again += 9
        said = recover()
        states.append(_whole(target, before))
        assert _left(target) == []
        assert recover() == ()
        if states[-1] == "old":
            assert all(str(target) in one for one in said)
            assert not (target / TEST).parent.exists()
        if states[-1] == "new":
            git(target, "reset", "--quiet", "--hard")
            git(target, "clean", "--quiet", "-d", "--force")
    assert ended == 0
    assert states[0] == "old"
    assert states == sorted(states, reverse=True), "once it is there, it stays"
    assert states.count("new") > 1, "killed at the very end, it is kept"


@pytest.fixture
def half_way(target):
    """A target with some files of a killed export."""
    found, what = study(target), draft(FILES, edits=(EDIT,))
    commit = snapshot(found)
    replaced, replace = [], os.replace

    def dying(source, place):
        replace(source, place)
        replaced.append(place)
        if len(replaced) == 3:  # the journal, and two of three files
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        os.replace = dying
        write_in_place(commit, commit.git, contents(commit, what))
    os.waitpid(child, 0)
    assert (target / NEW).exists()
    assert "TextClassifier" not in (target / INIT).read_text(), "what names it comes last"
    return target


@pytest.mark.parametrize("command", [["sessions"], ["schema"], ["--help"], ["no-such-command"]])
def test_the_next_command_of_any_kind_puts_it_right_and_says_so(half_way, command):
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *command], capture_output=True, text=True, check=False
    )
    assert "was killed half way" in done.stderr
    assert NEW in done.stderr
    assert not (half_way / NEW).exists()
    assert _left(half_way) == []


def test_what_the_person_wrote_after_a_kill_is_kept(half_way):
    write(half_way, {NEW: "# mine\n"})
    (said,) = recover()
    assert f"{NEW} changed since and left as it is" in said
    assert (half_way / NEW).read_text() == "# mine\n"
    assert not (half_way / TEST).exists()


def test_an_export_under_way_is_left_alone_and_waited_for(target):
    kept = target / ".git" / _in_place._KEPT
    with kept.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        unfinished.remember(target)
        assert recover() == ()
        with pytest.raises(TargetError, match="another export is being written"):
            _export(target, in_place=True)
        assert kept.exists()


def test_a_damaged_journal_is_told(target):
    (target / ".git" / _in_place._KEPT).write_text("{")
    unfinished.remember(target)
    (said,) = recover()
    assert "is damaged" in said
    assert recover() == ()


def test_the_same_export_once_more_changes_nothing(target):
    made = _export(target, in_place=True)
    before = _texts(target)
    assert _export(target, in_place=True) == made
    assert _texts(target) == before


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
