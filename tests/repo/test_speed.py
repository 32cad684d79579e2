"""Studies are remembered and parsed by several processes, and nobody can tell from the outcome."""

from __future__ import annotations

import os

import pytest
from repositories import PACKAGE, git, repository, write

from workbench.repo import _crew, _study, study


@pytest.fixture
def target(tmp_path):
    return repository(tmp_path / "target", PACKAGE)


@pytest.fixture
def reads(monkeypatch):
    """Count how often a target is really read."""
    made, read = [], _study._read

    def counted(*arguments):
        made.append(arguments)
        return read(*arguments)

    monkeypatch.setattr(_study, "_read", counted)
    return made


def test_an_unchanged_tree_is_not_read_again(target, reads):
    assert study(target) == study(target)
    assert len(reads) == 1
    study(target, fresh=True)
    assert len(reads) == 2


def edited(root):
    write(root, {"src/pocketnet/models/mlp.py": "import torch\n"})


def same_size(root):
    file = root / "tests/models/test_mlp.py"
    told = file.stat()
    file.write_text(file.read_text().replace("True", "None"))
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))


def removed(root):
    (root / "src/pocketnet/models/mlp.py").unlink()


def committed(root):
    git(root, "commit", "--quiet", "--allow-empty", "--message", "feat: more")


@pytest.mark.parametrize("change", [edited, same_size, removed, committed])
def test_whatever_changed_is_seen(target, reads, change):
    study(target)
    change(target)
    assert study(target) == study(target, fresh=True)
    assert len(reads) == 3


def test_a_broken_memory_is_made_again(target, reads, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = study(target)
    for file in (tmp_path / "cache").rglob("*.json"):
        file.write_text('{"root": 1')
    assert study(target) == first
    assert len(reads) == 2


def test_a_memory_that_cannot_be_written_stops_nothing(target, monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert study(target) == study(target)


@pytest.fixture
def crew(monkeypatch):
    monkeypatch.setattr(_crew, "_WORTH", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)


def broken(root):
    odd = {"old.py": "print 'a'\n", "binary.py": b"\0\1", "latin.py": "\u00e9".encode("latin-1")}
    return repository(root, {**PACKAGE, **odd})


def test_several_processes_see_what_one_sees(tmp_path, request):
    root = broken(tmp_path / "target")
    alone = study(root, fresh=True)
    request.getfixturevalue("crew")
    assert study(root, fresh=True) == alone
    assert set(alone.skipped) == {"old.py", "binary.py", "latin.py"}


@pytest.mark.parametrize("program", ["/nonexistent", "/bin/true", "/bin/cat"])
def test_a_helper_that_fails_costs_time_and_nothing_else(target, crew, monkeypatch, program):
    alone = study(target, fresh=True)
    monkeypatch.setattr("sys.executable", program)
    assert study(target, fresh=True) == alone
