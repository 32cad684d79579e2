from __future__ import annotations

from pathlib import Path

import pytest
from machines import NO_LANDLOCK, NO_NAMESPACES, NO_SECCOMP, offers_namespaces, poorer_python

from workbench.sandbox import Limits, Worker, _landlock, _seccomp
from workbench.sandbox._guarantees import summary

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    not (_landlock.version() and _seccomp.available()), reason="needs Landlock and seccomp"
)
NAMES = {
    *("network", "files read", "files written", "environment", "memory", "disk", "processes"),
    *("time", "output", "means of checking"),
}
LIMITS = Limits(threads=16)


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
