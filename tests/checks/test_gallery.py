"""Every bad draft trips exactly the checks that it names, and every check is tripped by one."""

from __future__ import annotations

import pytest
from gallery import Entry, contract, entries, one_file

from workbench import registry
from workbench.records import Verdict
from workbench.sandbox import Worker
from workbench.sandbox.judge import replay

DRAFTS = entries()
NOT_GOOD = {"failed", "inconclusive"}


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.name)
def test_a_draft_trips_exactly_the_checks_that_it_names(draft: Entry, judged, worker):
    report = judged(draft.source, draft.spec, patience=draft.patience, tier=draft.tier)
    tripped = {verdict.check for verdict in report.verdicts if verdict.outcome in NOT_GOOD}
    told = [(v.check, v.outcome, v.seen, v.reason) for v in report.verdicts if not v.good]
    assert tripped == draft.trips, told
    assert report.green is not bool(draft.trips), told
    for verdict in report.verdicts:
        if verdict.outcome == "failed":
            _replays(verdict, draft, worker)
            assert all((verdict.seen, verdict.expected, verdict.fix)), verdict
        elif verdict.outcome == "skipped":  # only ever because of what another check reports
            assert any(f"`{name}`" in verdict.reason for name in draft.trips), verdict


def _replays(verdict: Verdict, draft: Entry, worker: Worker):
    """What failed among others fails alone, in a fresh process, with the same counterexample."""
    if verdict.check == "untampered":  # it looks back on all others
        return
    spec = contract(draft.spec) if isinstance(draft.spec, str) else draft.spec
    name = verdict.requirement or verdict.check
    again = replay(spec, one_file(draft.source), [name], worker, patience=draft.patience)
    same = [one for one in again if one.check == verdict.check]
    assert [one.model_copy(update={"seconds": verdict.seconds}) for one in same] == [verdict]


@pytest.mark.parametrize("name", registry.members("checks"))
def test_every_check_is_tripped_by_a_draft(name: str):
    assert any(name in draft.trips for draft in DRAFTS)


def test_the_gallery_names_checks_that_exist():
    named = frozenset().union(*(draft.trips for draft in DRAFTS))
    assert named <= set(registry.members("checks"))


@pytest.mark.parametrize(
    "name", ["good_text_classifier", "wrong_gradient", "cached_by_shape", "forgotten_mask"]
)
def test_two_runs_of_one_draft_give_the_same_verdicts(name: str, judged):
    draft = next(entry for entry in DRAFTS if entry.name == name)
    first, second = (
        [
            verdict.model_copy(update={"seconds": 0.0})
            for verdict in judged(draft.source, draft.spec, patience=draft.patience).verdicts
        ]
        for _ in range(2)
    )
    assert first == second


def test_an_idle_layer_of_which_the_contract_says_nothing_is_a_concern(judged):
    draft = next(entry for entry in DRAFTS if entry.name == "idle_dropout")
    found = {v.check: v.concern for v in judged(draft.source, draft.spec).verdicts if v.concern}
    assert found.keys() == {"layers_used"}
    assert "drop (Dropout)" in found["layers_used"]
