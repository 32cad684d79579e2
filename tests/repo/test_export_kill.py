"""Kill an export at every step that it takes: afterwards there is no branch, or the whole one."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest
from repositories import PACKAGE, belongings, branches, draft, evidence, git, repository, spec

from workbench.records import Edit
from workbench.repo import _git, export, study, worktree

BRANCH = "workbench/text-classifier"
FILES = {
    "src/pocketnet/models/text_classifier.py": "class TextClassifier:\n    pass\n",
    "tests/models/test_text_classifier.py": "def test_it():\n    assert True\n",
}
EDIT = Edit(
    path="src/pocketnet/models/__init__.py",
    before='"TinyGPT"]',
    after='"TextClassifier", "TinyGPT"]',
    reason="re-export",
)
SURVIVED, KILLED = 0, -signal.SIGKILL


def _dies_at(step: int, moment: str, work) -> int:
    """Do the work in a child that kills itself at a step; return how the child ended."""
    child = os.fork()
    if child == 0:
        taken, run = [0], _git.Git._finished

        def counted(self, *arguments):
            taken[0] += 1
            if taken[0] == step and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            finished = run(self, *arguments)
            if taken[0] == step and moment == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return finished

        _git.Git._finished = counted
        code = 1
        try:
            work()
            code = SURVIVED
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _is_whole(root, base) -> None:
    """Require that the branch is the finished one."""
    assert git(root, "rev-parse", f"{BRANCH}^") == base
    changed = git(root, "diff", "--name-only", base, BRANCH).split("\n")
    assert changed == sorted([*FILES, EDIT.path])
    assert "Spec " in git(root, "show", "--no-patch", "--format=%B", BRANCH)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_export_that_is_killed_at_any_step_leaves_all_or_nothing(tmp_path, moment):
    root = repository(tmp_path / "target", PACKAGE)
    found, asked, what = study(root), spec(), draft(FILES, edits=(EDIT,))
    report, before = evidence(asked, what), belongings(root)
    outcomes = []
    for step in range(1, 1000):
        ended = _dies_at(step, moment, lambda: export(found, asked, what, report))
        assert ended in {SURVIVED, KILLED}
        assert belongings(root) == before
        assert set(branches(root)) <= {"main", BRANCH}
        outcomes.append(BRANCH in branches(root))
        if outcomes[-1]:
            _is_whole(root, found.commit)
            git(root, "branch", "--quiet", "-D", BRANCH)
        if ended == SURVIVED:
            break
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert export(found, asked, what, report).branch == BRANCH
    assert git(root, "fsck", "--strict", "--no-dangling") == ""
    assert not list(Path(tempfile.gettempdir()).iterdir()), "the next run sweeps what was left"


@pytest.mark.slow
def test_a_worktree_that_is_killed_at_any_step_is_swept_by_the_next(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    found, what = study(root), draft(FILES, edits=(EDIT,))
    before = belongings(root)

    def work():
        with worktree(found, what):
            pass

    ended = KILLED
    step = 0
    while ended == KILLED:
        step += 1
        ended = _dies_at(step, "after", work)
        assert ended in {SURVIVED, KILLED}
    with worktree(found, what):
        pass
    assert belongings(root) == before
    assert not list(Path(tempfile.gettempdir()).iterdir())


def test_a_worktree_in_use_is_not_swept(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    found, asked, what = study(root), spec(), draft(FILES)
    with worktree(found, what) as folder:
        with worktree(found, what) as second:
            assert second != folder
        export(found, asked, what, evidence(asked, what))
        assert (folder / next(iter(FILES))).exists()
