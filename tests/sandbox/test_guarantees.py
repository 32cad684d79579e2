from __future__ import annotations

import ast
from pathlib import Path

import pytest
from machines import NO_LANDLOCK, NO_NAMESPACES, NO_SECCOMP, offers_namespaces, poorer_python

from workbench.errors import CandidateRaised, UsageError
from workbench.sandbox import Limits, Worker, _landlock, _process, _seccomp
from workbench.sandbox._guarantees import summary
from workbench.session import Session
from workbench.spec import load

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    not (_landlock.version() and _seccomp.available()), reason="needs Landlock and seccomp"
)
NAMES = {
    *("network", "files read", "files written", "environment", "memory", "disk", "processes"),
    *("time", "output", "means of checking"),
}
LIMITS = Limits(threads=16)
NAMES_OF_TORCH = "import os\nraise ValueError(repr(sorted(os.environ)))"


def guarantees(folder: Path, *rules: str) -> dict[str, str]:
    python = poorer_python(folder, *rules)
    with Worker("stand_ins.plain", roots=[HERE], python=python, limits=LIMITS) as worker:
        return worker.guarantees


def test_a_kernel_that_offers_nothing_is_not_praised(tmp_path: Path) -> None:
    kept = guarantees(tmp_path, NO_NAMESPACES, NO_LANDLOCK, NO_SECCOMP)
    assert kept.keys() == NAMES
    assert kept["network"] == "none"
    assert kept["files read"] in ("none", "best effort")
    assert kept["files written"] in ("none", "best effort")  # root may write everywhere
    assert kept["processes"] != "enforced"
    assert [kept[name] for name in ("environment", "memory", "time", "output")] == ["enforced"] * 4


def test_without_landlock_files_can_be_read_and_not_written(tmp_path: Path) -> None:
    kept = guarantees(tmp_path, NO_LANDLOCK)
    assert kept["files read"] == "best effort"
    assert kept["network"] == kept["processes"] == "enforced"


def test_without_namespaces_the_rest_still_holds(tmp_path: Path) -> None:
    kept = guarantees(tmp_path, NO_NAMESPACES)
    assert kept.pop("disk") == "best effort"
    assert set(kept.values()) == {"enforced"}


def test_without_the_filter_sockets_cannot_reach_out_of_the_namespace(tmp_path: Path) -> None:
    kept = guarantees(tmp_path, NO_SECCOMP)
    assert kept["network"] in ("enforced", "best effort")
    assert kept["processes"] == "best effort"


@pytest.mark.parametrize("limits", [LIMITS, Limits(processes=4, threads=4)])
def test_a_full_kernel_keeps_everything(limits: Limits) -> None:
    with Worker("stand_ins.plain", roots=[HERE], limits=limits) as worker:
        if not offers_namespaces():
            pytest.skip("this kernel offers no namespaces here")
        assert worker.guarantees == dict.fromkeys(NAMES, "enforced"), worker.self_test
        again = worker.self_test
        assert again is worker.self_test, "it is run once per worker"


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        (["stopped: why", "stopped: why"], "enforced"),
        (["stopped: why", "got through"], "best effort"),
        (["got through", "anything else"], "none"),
        ([], "none"),
    ],
)
def test_one_word_for_many_attacks(outcomes: list[str], word: str) -> None:
    attacks = {str(at): outcome for at, outcome in enumerate(outcomes)}
    assert summary({"files": attacks}) == {"files": word}


@pytest.mark.parametrize("rules", [(NO_LANDLOCK,), (NO_SECCOMP,)], ids=["files", "network"])
def test_where_nobody_looks_on_a_machine_without_isolation_is_refused(tmp_path: Path, rules):
    python = poorer_python(tmp_path, *rules)
    worker = Worker("stand_ins.plain", roots=[HERE], python=python, limits=LIMITS)
    with worker, pytest.raises(UsageError, match=r"best effort.*--allow-unsandboxed"):
        worker.require_isolation()


def test_namespaces_are_not_needed_for_isolation(tmp_path: Path) -> None:
    python = poorer_python(tmp_path, NO_NAMESPACES)
    with Worker("stand_ins.plain", roots=[HERE], python=python, limits=LIMITS) as worker:
        worker.require_isolation()
        assert worker.guarantees["disk"] == "best effort"


@pytest.mark.parametrize("allowed", [False, True])
def test_an_unattended_session_writes_no_draft_there(tmp_path: Path, target: Path, allowed: bool):
    spec = load(Path(__file__).parents[2] / "specs" / "rotary_attention.yaml")
    python = poorer_python(tmp_path, NO_LANDLOCK)
    with Session.start(spec, target, folder=tmp_path / "session", tier="live") as session:
        session.allow_unsandboxed = allowed
        with Worker(python=python) as worker:
            if allowed:
                next(iter(session.drafts(worker)))
            else:
                with pytest.raises(UsageError, match="does not isolate drafts"):
                    next(iter(session.drafts(worker)))
        assert (session.journal.last("drafted") is not None) is allowed


def test_a_name_that_a_library_sets_on_both_sides_is_no_leak(monkeypatch) -> None:
    with Worker() as worker, worker.candidate({"probe": NAMES_OF_TORCH}) as candidate:
        of = {"module": "probe", "name": "Probe", "options": {}, "seed": 0, "device": "cpu"}
        with pytest.raises(CandidateRaised) as told:
            candidate.ask("describe", {"of": {**of, "dtype": "float32"}})
    for name in ast.literal_eval(told.value.message):
        monkeypatch.setenv(name, "the host's")
    with Worker() as worker:
        assert worker.guarantees["environment"] == "enforced"


def test_a_name_of_the_host_that_gets_through_is_told(monkeypatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_HOST", "x")
    monkeypatch.setitem(_process._ENVIRONMENT, "A_SECRET_OF_THE_HOST", "x")
    with Worker("stand_ins.plain", roots=[HERE], limits=LIMITS) as worker:
        assert worker.guarantees["environment"] == "none"
