"""Every recording that we keep is told for what it is, and replays to green without a model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workbench.sandbox import Worker
from workbench.session import Session
from workbench.spec import Spec

HOUSE = Path(__file__).parents[1]
RECORDINGS = sorted((HOUSE / "notebooks" / "lessons" / "recordings").glob("*.jsonl"))
PRIVATE = re.compile(r"/(?:home|root|tmp|work|Users)/|127\.0\.0\.1|sk-ant|Bearer")


@pytest.fixture(params=RECORDINGS, ids=lambda path: path.stem)
def recording(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_it_says_what_it_is_and_names_no_machine(recording: Path) -> None:
    first, *rest = recording.read_text(encoding="utf-8").splitlines()
    assert "not a run against the Anthropic API" in json.loads(first)["recording"]
    assert not [line[:80] for line in (first, *rest) if PRIVATE.search(line)]


@pytest.mark.slow
def test_it_replays_to_green_without_a_model(
    recording: Path, target: Path, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_NO_MODEL", "1")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    spec = Spec.model_validate(json.loads(recording.read_text().splitlines()[0])["spec"])
    options = {"recording": str(recording)}
    with Session.start(
        spec, target, implementer="replay", options=options, folder=tmp_path / "session"
    ) as session:
        reports = [report for _, report in session.drafts(worker)]
        assert reports[-1].green
        assert session.journal.last("finished")["green"]
