"""The story of one spec, and what is left of it when its process is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from workbench.errors import Refused, SpecError, UsageError
from workbench.journal import FILE_NAME, read
from workbench.session import Session, sessions
from workbench.spec import load, loads

SPECS = Path(__file__).parents[1] / "specs"


def git(repo: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repo, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def state(repo: Path) -> list[str]:
    """Everything of the person's that an export must not touch."""
    files = sorted(str(path) for path in repo.rglob("*") if ".git" not in path.parts)
    return [git(repo, "status", "--porcelain"), git(repo, "rev-parse", "HEAD"), *files]


@pytest.fixture
def spec():
    return load(SPECS / "rotary_attention.yaml")


@pytest.fixture
def opened(monkeypatch):
    """Close every session that a test opens, so that no file is left to chance."""
    sessions: list[Session] = []
    build = Session.__init__

    def remember(self, journal):
        sessions.append(self)
        self.journal = journal
        build(self, journal)

    monkeypatch.setattr(Session, "__init__", remember)
    yield sessions
    for session in sessions:
        session.close()


pytestmark = pytest.mark.usefixtures("opened")


def finish(session: Session, worker) -> None:
    for _draft, report in session.drafts(worker):
        assert report.green, [v for v in report.verdicts if not v.good]
    session.accept()


def test_the_whole_way_from_spec_to_commit(spec, target, worker, tmp_path):
    before = state(target)
    session = Session.start(spec, target, folder=tmp_path / "session")
    finish(session, worker)
    export = session.export()
    assert state(target) == before
    shown = git(target, "show", "--stat", "--format=%B", export.branch)
    assert spec.name in shown
    for path in export.paths:
        assert git(target, "show", f"{export.branch}:{path}")
    for identifier in spec.requires:
        assert identifier in shown
    assert export.trial is not None
    assert export.trial.complete, export.trial
    assert f"The target's own tests with this change: {export.trial.passed} passed" in shown
    assert session.export() == export, "a second export is the first one"
    assert session.exported == export
    session.close()


@pytest.mark.slow
def test_edits_of_the_exported_files_come_back_and_make_evidence_stale(
    spec, target, worker, tmp_path
):
    session = Session.start(spec, target, folder=tmp_path / "session")
    finish(session, worker)
    export = session.export(test_seconds=0)
    assert {hunk.refused for hunk in session.hunks()} == {""}
    assert "| R1 |" in session.page()
    git(target, "checkout", "-q", export.branch)
    pulled, stale = session.pull()
    assert (pulled.changed, stale) == ((), ())
    module = target / next(path for path in export.paths if path.startswith("src/pocket/layers/r"))
    module.write_text(module.read_text().replace("embed_dim: int = 128", "embed_dim: int = 64"))
    pulled, stale = session.pull()
    assert pulled.changed
    assert stale == tuple(spec.requires)
    assert session.report is None
    with pytest.raises(UsageError, match="not checked"):
        session.page()
    report = session.check(session.draft, worker, session.study()[1])
    assert not report.green, "the file in place is what is judged"
    # The same from the command line, which needs neither session nor files named.
    command = [sys.executable, "-m", "workbench", "check", str(SPECS / "rotary_attention.yaml")]
    command += ["--repo", str(target), "--json", "--tier", "live"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    git(target, "checkout", "-q", "--", ".")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_red_draft_is_neither_accepted_nor_exported(spec, target, worker, tmp_path):
    donor = Session.start(spec, target, folder=tmp_path / "donor")
    finish(donor, worker)
    good = donor.draft
    assert good is not None
    cells = [
        cell.model_copy(
            update={"source": cell.source.replace("embed_dim: int = 128", "embed_dim: int = 64")}
        )
        for cell in good.cells
    ]
    bad = good.model_copy(update={"cells": tuple(cells)})
    assert bad.hash != good.hash
    session = Session.start(
        spec,
        target,
        implementer="scripted",
        options={"drafts": [bad.model_dump(mode="json")]},
        folder=tmp_path / "session",
    )
    reports = [report for _, report in session.drafts(worker)]
    assert [report.green for report in reports] == [False]
    with pytest.raises(UsageError, match=r"cannot be accepted: .*failed"):
        session.accept()
    with pytest.raises(UsageError, match="nothing is accepted"):
        session.export()
    assert git(target, "branch", "--list", "workbench/*") == ""


def test_a_draft_that_breaks_the_targets_own_tests_is_not_exported(spec, target, worker, tmp_path):
    own = "import re, pocket.layers, pathlib\n\n\ndef test_layers():\n"
    own += "    assert 'otary' not in pathlib.Path(pocket.layers.__file__).read_text()\n"
    (target / "tests" / "test_house.py").write_text(own)
    git(target, "add", "--all")
    git(target, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "Guard the layers")
    session = Session.start(spec, target, folder=tmp_path / "session")
    finish(session, worker)
    with pytest.raises(UsageError, match=r"test_house\.py::test_layers .*nothing was exported"):
        session.export()
    assert git(target, "branch", "--list", "workbench/*") == ""
    assert session.export(test_seconds=0).trial.reason == "nobody asked for them"


def test_evidence_of_another_spec_is_stale(spec, target, worker, tmp_path):
    session = Session.start(spec, target, folder=tmp_path / "session")
    finish(session, worker)
    session.spec = spec.model_copy(update={"text": "something else"})
    assert session.report is None
    with pytest.raises(UsageError):
        session.export()


def test_what_cannot_be_built_is_refused_and_the_journal_says_so(target, worker, tmp_path):
    thin = loads("name: Mixture\nkind: layer\ntext: a mixture of experts with 8 experts")
    session = Session.start(thin, target, folder=tmp_path / "session")
    with pytest.raises(Refused, match="expert"):
        list(session.drafts(worker))
    last = list(read(tmp_path / "session"))[-1]
    assert (last["event"], last["error"], last["exit_code"]) == ("stopped", "Refused", 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"implementer": "blueprnt"}, "did you mean 'blueprint'"),
        ({"repository": "/nowhere/at/all"}, "is no folder"),
    ],
)
def test_bad_use_is_refused_before_anything_is_written(spec, target, tmp_path, change, said):
    keywords = {"repository": target, "folder": tmp_path / "session", **change}
    with pytest.raises(UsageError, match=said):
        Session.start(spec, keywords.pop("repository"), **keywords)
    assert not (tmp_path / "session").exists()


def test_a_requirement_that_no_check_decides_is_refused_with_the_nearest(target, tmp_path):
    text = "name: A\nkind: layer\ntext: t\nrequires:\n  R1: atention heads == 4\n"
    with pytest.raises(SpecError, match="did you mean 'attention heads'"):
        Session.start(loads(text), target, folder=tmp_path / "session")


def test_a_folder_without_a_session_is_said_to_be_none(tmp_path):
    with pytest.raises(UsageError, match="there is no session"):
        Session.resume(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no session"):
        Session.resume(tmp_path / "empty")


RUN = textwrap.dedent(
    """
    import sys
    from workbench.session import Session
    from workbench.spec import load
    spec, repo, folder = sys.argv[1:]
    say = lambda event: print(event["event"], flush=True)
    session = Session.start(load(spec), repo, folder=folder, listen=say)
    for draft, report in session.drafts():
        pass
    session.accept()
    session.export(test_seconds=0)
    """
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", ["started", "studied", "drafted", "verdict", "reported", "accepted", "exporting"]
)
def test_a_kill_at_any_moment_loses_nothing(target, worker, tmp_path, moment):
    folder = tmp_path / "session"
    arguments = [str(SPECS / "rotary_attention.yaml"), str(target), str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == moment:
                os.kill(process.pid, signal.SIGKILL)
                break
    kept = list(read(folder))
    assert any(event["event"] == moment for event in kept)
    session = Session.resume(folder)
    for _draft, report in session.drafts(worker):
        assert report.green
    former = next((event for event in kept if event["event"] == "reported"), None)
    if former:
        assert session.report is not None
        assert session.report.model_dump(mode="json") == former["report"], "evidence is used again"
    session.accept()
    export = session.export(test_seconds=0)
    branches = git(target, "branch", "--list", "--format=%(refname:short)", "workbench/*").split()
    assert branches == [export.branch], "one export, whenever it was killed"
    session.close()


def test_sessions_are_listed_and_an_unreadable_one_is_said_to_be(spec, target, tmp_path):
    Session.start(spec, target, folder=tmp_path / "all" / "1-good").close()
    bad = tmp_path / "all" / "2-bad"
    bad.mkdir()
    (bad / FILE_NAME).write_text("not json\n" + json.dumps({"event": "x"}) + "\n")
    rows = {row["session"]: row for row in sessions(tmp_path / "all")}
    assert rows["1-good"]["spec"] == spec.name
    assert rows["1-good"]["state"] == "started"
    assert rows["2-bad"]["state"].startswith("unreadable")
