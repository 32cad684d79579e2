"""The temporary checkout: the studied commit with the draft in it, and gone in every case."""

from __future__ import annotations

import subprocess
import sys

import pytest
from repositories import PACKAGE, belongings, branches, draft, git, repository, write

from workbench.errors import TargetError
from workbench.records import Edit
from workbench.repo import study, worktree

NEW = "src/pocketnet/models/new.py"
INIT = "src/pocketnet/models/__init__.py"


@pytest.fixture
def target(tmp_path):
    return repository(tmp_path / "target", PACKAGE)


def test_it_holds_the_studied_commit_and_the_draft(target):
    found = study(target)
    write(target, {INIT: "# half finished\n"})
    before = belongings(target)
    edit = Edit(path=INIT, before='"TinyGPT"]', after='"New", "TinyGPT"]', reason="")
    with worktree(found, draft({NEW: "class New: ...\n"}, edits=(edit,))) as folder:
        assert folder != target
        assert (folder / NEW).read_text() == "class New: ...\n"
        assert '"New"' in (folder / INIT).read_text()
        assert "half finished" not in (folder / INIT).read_text()
        assert git(folder, "rev-parse", "HEAD") == found.commit
    assert not folder.exists()
    assert belongings(target) == before
    assert branches(target) == ["main"]


def test_the_targets_tests_can_run_in_it(target):
    test = "tests/models/test_new.py"
    what = draft(
        {NEW: "VALUE = 2\n", test: "from new import VALUE\n\n\ndef test(): assert VALUE == 2\n"}
    )
    with worktree(study(target), what) as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
        paths = {"PYTHONPATH": str((folder / NEW).parent)}
        done = subprocess.run(command, cwd=folder, env=paths, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


def test_it_is_gone_after_an_exception_too(target):
    before = belongings(target)
    folders = []

    def work():
        with worktree(study(target), draft({NEW: "A = 1\n"})) as folder:
            folders.append(folder)
            raise RuntimeError("of the tests that ran in it")

    with pytest.raises(RuntimeError):
        work()
    assert not folders[0].exists()
    assert belongings(target) == before


def test_nothing_of_the_target_runs_while_it_is_made(target, tmp_path):
    mark = tmp_path / "ran"
    program = tmp_path / "spy.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    hook = target / ".git" / "hooks" / "post-checkout"
    hook.write_text(program.read_text())
    hook.chmod(0o755)
    write(target, {".gitattributes": "*.bin filter=spy\n", "data.bin": "1\n"})
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "Add data")
    git(target, "config", "filter.spy.smudge", str(program))
    git(target, "config", "filter.spy.clean", str(program))
    git(target, "config", "filter.spy.required", "true")
    with worktree(study(target), draft({NEW: "A = 1\n"})) as folder:
        assert (folder / "data.bin").read_text() == "1\n"
    assert not mark.exists()


def test_a_folder_of_a_larger_repository_is_what_is_given(tmp_path):
    root = repository(tmp_path / "all", {f"part/{path}": text for path, text in PACKAGE.items()})
    with worktree(study(root / "part"), draft({NEW: "A = 1\n"})) as folder:
        assert (folder / NEW).exists()
        assert (folder / "pyproject.toml").exists()


def test_a_bad_path_is_refused_before_anything_is_made(target):
    with (
        pytest.raises(TargetError, match="refused"),
        worktree(study(target), draft({"../x.py": ""})),
    ):
        pytest.fail("it was made")


def test_a_folder_without_git_is_refused(tmp_path):
    root = write(tmp_path / "target", PACKAGE)
    with pytest.raises(TargetError, match="not a git repository"), worktree(study(root), draft()):
        pytest.fail("it was made")
