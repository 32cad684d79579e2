"""The target's own tests with a draft in place: what breaks is named, and nothing gets out."""

from __future__ import annotations

import contextlib
import os
import sys

import pytest

from workbench.errors import UsageError
from workbench.sandbox.trial import trial

BEFORE = {
    "net.py": "VALUE = 1\n",
    "test_net.py": "import net\n\n\ndef test_value():\n    assert net.VALUE == 1\n\n\n"
    "def test_never():\n    assert net.VALUE == 3, 'never held'\n",
}
ESCAPES = """
import os, socket, subprocess, pytest

def test_network():
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 9), 1)

def test_files_of_the_person():
    with pytest.raises(OSError):
        open("{secret}").read()
    with pytest.raises(OSError):
        open("{secret}.new", "w")

def test_environment():
    assert "WORKBENCH_TEST_KEY" not in os.environ

def test_a_program_is_confined_as_well():
    done = subprocess.run(["cat", "{secret}"], capture_output=True)
    assert done.returncode and not done.stdout

def test_temporary_files_can_be_written(tmp_path):
    (tmp_path / "a").write_text("a")
"""


def laid(folder, files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def tried(tmp_path, after, before=BEFORE, **options):
    base = laid(tmp_path / "base", before)
    new = laid(tmp_path / "new", {**before, **after})
    return trial(new, lambda: contextlib.nullcontext(base), **options)


def test_what_a_draft_breaks_is_named_and_what_was_broken_is_not_its_fault(tmp_path):
    found = tried(tmp_path, {"net.py": "VALUE = 2\n"})
    assert [test.id for test in found.broken] == ["test_net.py::test_value"]
    assert "assert 2 == 1" in found.broken[0].message
    assert found.known == ("test_net.py::test_never",)
    assert found.complete


def test_a_draft_that_breaks_nothing(tmp_path):
    found = tried(tmp_path, {"more.py": "", "test_more.py": "def test_more():\n    pass\n"})
    assert (found.broken, found.passed, found.complete) == ((), 2, True)


def test_a_root_that_is_a_package_itself(tmp_path):
    found = tried(tmp_path, {"__init__.py": "ROOT = 1\n"})
    assert (found.passed, found.complete, found.broken) == (1, True, ())


def test_a_file_that_can_no_longer_be_imported_is_broken(tmp_path):
    found = tried(tmp_path, {"net.py": "import nothing_of_that_name\n"})
    assert [test.id for test in found.broken] == ["test_net.py"]
    assert "nothing_of_that_name" in found.broken[0].message


def test_a_new_test_that_fails_is_broken(tmp_path):
    found = tried(tmp_path, {"test_more.py": "def test_more():\n    assert 0\n"})
    assert [test.id for test in found.broken] == ["test_more.py::test_more"]


def test_nothing_gets_out(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    monkeypatch.setenv("WORKBENCH_TEST_KEY", "key")
    text = ESCAPES.replace("{secret}", str(secret))
    found = tried(tmp_path, {"test_escapes.py": text})
    assert found.broken == ()
    assert found.passed == 6


def test_the_clock_ends_it_and_what_was_run_is_told(tmp_path):
    slow = "import time\n\n\ndef test_slow():\n    time.sleep(60)\n"
    found = tried(tmp_path, {"test_a.py": "def test_a(): pass\n", "test_slow.py": slow}, seconds=4)
    assert not found.complete
    assert found.passed >= 1
    assert "4 s" in found.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [("import os; os._exit(0)", "ended early"), ("import os; os.kill(os.getpid(), 9)", "early")],
)
def test_a_process_that_ends_early_is_not_complete(tmp_path, line, reason):
    found = tried(tmp_path, {"test_a.py": f"def test_a():\n    {line}\n"}, before={})
    assert not found.complete
    assert reason in found.reason


def test_an_interpreter_without_pytest_is_said(tmp_path):
    python = tmp_path / "bare" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {os.path.realpath(sys.executable)} -S "$@"\n')
    python.chmod(0o755)
    found = tried(tmp_path, {}, python=str(python))
    assert not found.complete
    assert "No module named pytest" in found.reason


@pytest.mark.parametrize("python", ["no-such-python", "/dev/null"])
def test_what_is_no_interpreter_is_refused(tmp_path, python):
    with pytest.raises(UsageError, match="target's Python"):
        tried(tmp_path, {}, python=python)


def test_a_target_without_tests(tmp_path):
    found = tried(tmp_path, {}, before={"net.py": ""})
    assert (found.complete, found.reason) == (True, "the target has no tests")
