"""Attack the door to git: nothing of the target or of the environment may come through it."""

from __future__ import annotations

import os

import pytest
from repositories import belongings, git, repository

from workbench.errors import TargetError
from workbench.repo import _git


@pytest.fixture
def target(tmp_path):
    return repository(tmp_path / "target", {"a.py": "A = 1\n"})


def _trap(folder, name="trap"):
    """Make a program that leaves a mark when it runs."""
    mark, program = folder / f"{name}.ran", folder / f"{name}.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 0\n")
    program.chmod(0o755)
    return program, mark


@pytest.mark.parametrize(
    "variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"]
)
def test_variables_that_point_git_elsewhere_are_not_handed_on(target, tmp_path, variable):
    other = repository(tmp_path / "other", {"b.py": "B = 2\n"})
    os.environ[variable] = str(other / ".git")
    try:
        assert _git.Git(target).text("ls-tree", "--name-only", "HEAD") == "a.py"
    finally:
        del os.environ[variable]


def test_settings_from_the_environment_are_not_handed_on(target, tmp_path, monkeypatch):
    program, mark = _trap(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(program))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(program))
    _git.Git(target).text("status", "--short")
    assert not mark.exists()


@pytest.mark.parametrize("setting", ["core.fsmonitor", "core.pager", "core.editor", "gpg.program"])
def test_programs_that_the_target_configures_do_not_run(target, tmp_path, setting):
    program, mark = _trap(tmp_path)
    git(target, "config", setting, str(program))
    git(target, "config", "log.showSignature", "true")
    door = _git.Git(target)
    door.text("status", "--short")
    door.text("log", "--no-show-signature", "--format=%s")
    assert not mark.exists()


def test_the_trap_of_these_tests_works(target, tmp_path):
    program, mark = _trap(tmp_path)
    git(target, "config", "core.fsmonitor", str(program))
    git(target, "status", "--short")
    assert mark.exists()


def test_a_hook_does_not_run(target, tmp_path):
    program, mark = _trap(tmp_path)
    hook = target / ".git" / "hooks" / "reference-transaction"
    hook.write_text(program.read_text())
    hook.chmod(0o755)
    _git.Git(target).text("update-ref", "refs/heads/other", "HEAD")
    assert not mark.exists()
    git(target, "update-ref", "refs/heads/another", "HEAD")
    assert mark.exists(), "the hook of this test is never called"


def test_the_filters_of_a_repository_are_switched_off(target, tmp_path):
    program, mark = _trap(tmp_path)
    git(target, "config", "filter.spy.smudge", str(program))
    git(target, "config", "filter.spy.required", "true")
    (target / ".gitattributes").write_text("* filter=spy\n")
    git(target, "-c", "filter.spy.clean=cat", "add", ".gitattributes")
    git(target, "-c", "filter.spy.clean=cat", "commit", "--quiet", "--message", "Spy")
    mark.unlink(missing_ok=True)
    door = _git.Git(target).without_filters()
    door.text("worktree", "add", "--detach", str(tmp_path / "tree"), "HEAD")
    assert not mark.exists()
    assert (tmp_path / "tree" / "a.py").read_text() == "A = 1\n"


def test_asking_does_not_refresh_the_index(target):
    os.utime(target / "a.py", ns=(1, 1))  # now the index is out of date
    before = belongings(target)
    _git.Git(target).text("status", "--short")
    assert belongings(target) == before


def test_a_failure_is_told_in_gits_own_first_line(target):
    with pytest.raises(TargetError, match=r"git log failed in .*: fatal: .*no-such-branch"):
        _git.Git(target).text("log", "no-such-branch", "--")


def test_a_slow_git_is_stopped(target):
    with pytest.raises(TargetError, match=r"took longer than 1e-06 s"):
        _git.Git(target).raw("log", seconds=1e-6)


def test_a_missing_git_is_told(target, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TargetError, match="install git"):
        _git.Git(target).text("status")


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(TargetError, match="is no folder"):
        _git.Git(tmp_path / "nowhere").text("status")


def test_what_is_no_repository_is_told(tmp_path):
    with pytest.raises(TargetError, match="not a git repository"):
        _git.repository(tmp_path)


def test_a_bare_repository_is_told(target, tmp_path):
    git(target, "clone", "--quiet", "--bare", str(target), str(tmp_path / "bare.git"))
    with pytest.raises(TargetError, match="bare git repository; clone it"):
        _git.repository(tmp_path / "bare.git")


def test_the_inside_of_the_git_folder_is_told(target):
    with pytest.raises(TargetError, match=r"inside a \.git folder"):
        _git.repository(target / ".git")


def test_names_may_hold_anything(target):
    odd = ["tab\tname.py", "line\nname.py", 'quote"name.py', "ünï.py"]
    for name in odd:
        (target / name).write_text("")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "Odd names")
    listed = _git.Git(target).names("ls-tree", "-r", "-z", "--name-only", "HEAD")
    assert sorted(listed) == sorted([*odd, "a.py"])
