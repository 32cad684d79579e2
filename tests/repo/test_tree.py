"""Attack the reading of files: whatever lies in a target, a study notes it and goes on."""

from __future__ import annotations

import os
import sys

import pytest
from repositories import git, repository, write

from workbench.errors import TargetError
from workbench.repo import study

GOOD = "class Fine:\n    pass\n"


@pytest.fixture(params=["git", "folder"])
def target(request, tmp_path):
    """A target with files that no reader should trip over, with and without git."""
    files = {
        "good.py": GOOD,
        "huge.py": "# " + "x" * 1_100_000 + "\n",
        "binary.py": b"A = 1\n\0\0\0",
        "latin.py": "NAME = 'Jos\xe9'\n".encode("latin-1"),
        "old.py": "def f():\n    print 'hello'\n",
        "older.py": "try:\n    pass\nexcept ValueError, error:\n    pass\n",
        "broken.py": "def f(:\n",
        "deep.py": "x = " + "(" * 3000 + "1" + ")" * 3000 + "\n",
        "bell.py": "A = 1\n",
        "empty.py": "",
        "bom.py": b"\xef\xbb\xbfclass Marked:\n    pass\n",
        "crlf.py": b"class Windows:\r\n    pass\r\n",
        "escape.py": "PATTERN = '\\d'\n",
        "loop/inner.py": "A = 1\n",
        "pyproject.toml": "[tool.ruff\n",
        "setup.cfg": "no section\n",
    }
    root = tmp_path / "target"
    root.mkdir()
    (root / "loop").mkdir()
    (root / "loop" / "again").symlink_to(root, target_is_directory=True)
    (root / "dangling.py").symlink_to(root / "nowhere.py")
    if request.param == "git":
        return repository(root, files)
    return write(root, files)


def test_what_cannot_be_read_is_noted_with_the_reason(target):
    skipped = study(target).skipped
    reasons = {
        "huge.py": "too large",
        "binary.py": "binary",
        "latin.py": "not UTF-8",
        "old.py": "Python 2 syntax (line 2)",
        "older.py": "Python 2 syntax (line 3)",
        "broken.py": "does not parse",
        "deep.py": "nested",
        "loop/again": "symbolic link",
        "dangling.py": "symbolic link",
        "pyproject.toml": "does not parse",
        "setup.cfg": "does not parse",
    }
    assert {path: reasons[path] in skipped.get(path, "") for path in reasons} == dict.fromkeys(
        reasons, True
    ), skipped
    assert not skipped.keys() - reasons.keys()


def test_what_can_be_read_is_studied_all_the_same(target):
    naming = study(target).find("class naming")
    assert naming.seen == len({"Fine", "Marked", "Windows"})


def test_generated_folders_are_not_walked(tmp_path):
    root = write(
        tmp_path,
        {
            "own.py": GOOD,
            "env/pyvenv.cfg": "home = /usr\n",
            "env/lib/theirs.py": GOOD,
            "node_modules/theirs.py": GOOD,
            "build/lib/copy.py": GOOD,
            "thing.egg-info/odd.py": GOOD,
        },
    )
    assert study(root).find("class naming").seen == 1


def test_only_what_is_committed_counts_in_a_repository(tmp_path):
    root = repository(
        tmp_path / "target", {"kept.py": GOOD, "gone.py": GOOD, ".gitignore": "out\n"}
    )
    write(root, {"new.py": GOOD, "out/made.py": GOOD})
    (root / "gone.py").unlink()
    result = study(root)
    assert result.find("class naming").seen == 1
    assert result.skipped == {"gone.py": "committed, but not in the working tree"}


def test_a_submodule_is_noted_and_not_entered(tmp_path):
    inner = repository(tmp_path / "inner", {"theirs.py": GOOD})
    root = repository(tmp_path / "target", {"own.py": GOOD})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    git(root, "commit", "--quiet", "--message", "Add a submodule")
    result = study(root)
    assert result.skipped == {"sub": "submodule"}
    assert result.find("class naming").seen == 1


@pytest.mark.skipif(sys.platform == "darwin", reason="that file system has only UTF-8 names")
def test_a_name_that_is_not_utf8_is_noted(tmp_path):
    root = repository(tmp_path / "target", {"own.py": GOOD})
    (root / os.fsdecode(b"odd\xff.py")).write_text(GOOD)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Add an odd name")
    result = study(root)
    assert result.skipped == {"odd\\xff.py": "its name is not UTF-8"}
    assert result.model_validate_json(result.model_dump_json()) == result


def test_a_folder_inside_a_repository_is_a_target_of_its_own(tmp_path):
    root = repository(tmp_path / "all", {"other.py": GOOD, "part/own.py": GOOD})
    result = study(root / "part")
    assert result.find("class naming").evidence[0].path == "own.py"
    assert result.commit == git(root, "rev-parse", "HEAD")


def test_a_git_that_refuses_does_not_stop_a_study(tmp_path):
    root = write(tmp_path, {"own.py": GOOD, ".git": "gitdir: /nowhere\n"})
    result = study(root)
    assert (result.commit, result.find("class naming").seen) == ("", 1)


@pytest.mark.parametrize("name", ["nowhere", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(TargetError, match="is no folder"):
        study(tmp_path / name)
