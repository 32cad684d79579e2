"""Laying the demo's target: always the same repository, whatever the machine's git says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from workbench.demo import lay
from workbench.demo._history import CHAPTERS
from workbench.errors import UsageError


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where git knows nobody and has no settings."""
    for key in list(os.environ):
        if key.startswith(("GIT_", "XDG_")):
            monkeypatch.delenv(key)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def hostile_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose git settings would spoil a plain `git commit`."""
    hooks = home / "hooks"
    hooks.mkdir()
    for hook in ("pre-commit", "commit-msg", "post-commit"):
        (hooks / hook).write_text("#!/bin/sh\nexit 1\n")
        (hooks / hook).chmod(0o755)
    template = home / "template"
    template.mkdir()
    (template / "surprise").write_text("not asked for\n")
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text("*.yaml\nLICENSE\n")
    (home / ".config" / "git" / "attributes").write_text("*.py working-tree-encoding=UTF-16\n")
    (home / ".gitconfig").write_text(
        f"[commit]\n gpgsign = true\n[gpg]\n program = /bin/false\n"
        f"[core]\n hooksPath = {hooks}\n autocrlf = true\n"
        "[i18n]\n commitEncoding = ISO-8859-1\n"
        f"[init]\n defaultBranch = trunk\n templateDir = {template}\n"
        "[user]\n name = Somebody\n email = somebody@example.invalid\n"
    )
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00+00:00")
    return home


@pytest.mark.usefixtures("home")
def test_gives_a_clean_tree_on_main_without_any_identity(tmp_path: Path) -> None:
    folder = lay(tmp_path / "deep" / "target")
    assert folder == tmp_path / "deep" / "target"
    assert git(folder, "status", "--porcelain", "--ignored") == ""
    assert git(folder, "branch", "--show-current") == "main"
    assert git(folder, "rev-parse", "--show-toplevel") == str(folder.resolve())
    assert git(folder, "fsck", "--strict") == ""
    assert (folder / "src" / "pocket" / "models" / "base.py").is_file()
    assert (folder / ".gitignore").is_file()


def test_hostile_settings_change_nothing(
    tmp_path: Path, hostile_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in hostile_home.rglob("*") if path.is_file()}
    spoilt = lay(tmp_path / "spoilt")
    assert {path: path.read_bytes() for path in hostile_home.rglob("*") if path.is_file()} == before
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    for key in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_DATE"):
        monkeypatch.delenv(key)
    plain = lay(tmp_path / "plain")
    assert git(spoilt, "rev-parse", "HEAD") == git(plain, "rev-parse", "HEAD")
    assert not (spoilt / ".git" / "surprise").exists()
    assert not (spoilt / ".git" / "hooks").exists()
    assert b"\r" not in (spoilt / "src" / "pocket" / "recipe.py").read_bytes()
    assert git(spoilt, "status", "--porcelain", "--ignored") == ""


@pytest.mark.usefixtures("home")
def test_author_and_date_are_those_of_the_history(tmp_path: Path) -> None:
    folder = lay(tmp_path / "target")
    commits = git(folder, "log", "--reverse", "--format=%an|%cn|%ad|%cd", "--date=iso-strict")
    assert commits.splitlines() == [
        f"The workbench authors|The workbench authors|{chapter.date}|{chapter.date}"
        for chapter in CHAPTERS
    ]


@pytest.mark.usefixtures("home")
def test_the_repository_holds_nobodys_settings(tmp_path: Path) -> None:
    folder = lay(tmp_path / "target")
    sections = git(folder, "config", "--local", "--name-only", "--list").splitlines()
    assert sections
    assert {section.split(".")[0] for section in sections} == {"core"}


@pytest.mark.usefixtures("home")
def test_an_outer_repository_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    (outer / "staged.txt").write_text("mine\n")
    git(outer, "add", "staged.txt")
    index = (outer / ".git" / "index").read_bytes()
    # This is what a hook of the outer repository runs under.
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(outer / ".git" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))
    folder = lay(outer / "demo" / "target")
    for key in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(key)
    assert (outer / ".git" / "index").read_bytes() == index
    assert git(outer, "status", "--porcelain") == "A  staged.txt\n?? demo/"
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.usefixtures("home")
def test_an_empty_folder_is_filled_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("target").mkdir()
    inode = Path("target").stat().st_ino
    folder = lay("target")
    assert folder == tmp_path / "target"
    assert folder.stat().st_ino == inode
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.usefixtures("home")
def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    lay(tmp_path / "place" / "target")
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["target"]


def test_a_folder_in_use_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "mine.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match=r"in use \(mine\.py\).* does not exist or is empty"):
        lay(tmp_path / "target")
    assert [path.name for path in tmp_path.rglob("*")] == ["target", "mine.py"]


def test_a_second_call_is_refused(tmp_path: Path) -> None:
    lay(tmp_path / "target")
    head = git(tmp_path / "target", "rev-parse", "HEAD")
    with pytest.raises(UsageError, match=r"in use \(\.git, \.gitignore, .*\.\.\.\)"):
        lay(tmp_path / "target")
    assert git(tmp_path / "target", "rev-parse", "HEAD") == head


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "target"
    if kind == "file":
        place.write_text("mine\n")
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="it is no folder"):
        lay(place)
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine\n")
    with pytest.raises(UsageError, match=r"file/target cannot be written: .*where you may write"):
        lay(tmp_path / "file" / "target")


def test_a_machine_without_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match="git was not found"):
        lay(tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "Pocket", "my-package", "3d", "class", "json", "torch", "tests", "modèle", "a.b"]
)
def test_a_name_that_no_package_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for the demo's package"):
        lay(tmp_path / "target", name=name)
    assert list(tmp_path.iterdir()) == []


def test_the_package_can_have_another_name(tmp_path: Path) -> None:
    folder = lay(tmp_path / "target", name="toolbox")
    assert (folder / "src" / "toolbox" / "models" / "tiny_gpt.py").is_file()
    words = git(folder, "grep", "--word-regexp", "--count", "toolbox").splitlines()
    assert any(line.startswith("pyproject.toml:") for line in words)
    everything = "".join(
        path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    )
    assert "pocket" not in everything
