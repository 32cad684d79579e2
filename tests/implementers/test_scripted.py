from __future__ import annotations

import pytest
from plain_target import PlainTarget, place, study_of

from workbench.errors import UsageError
from workbench.implementers.scripted import implement
from workbench.records import Draft, Report, Verdict
from workbench.spec import loads

SPEC = loads("{name: Net, text: a net}")
DRAFTS = [Draft(implementer="scripted", module="net", summary=text) for text in ("one", "two")]


def report(outcome: str) -> Report:
    return Report(spec_hash="", draft_hash="", verdicts=[Verdict(check="x", outcome=outcome)])


def test_drafts_come_in_order_until_one_is_green():
    steps = implement(SPEC, study_of(), PlainTarget(place()), drafts=DRAFTS)
    assert next(steps).summary == "one"
    assert steps.send(report("failed")).summary == "two"
    with pytest.raises(StopIteration):
        steps.send(report("failed"))


def test_a_green_report_ends_the_script():
    steps = implement(SPEC, study_of(), PlainTarget(place()), drafts=DRAFTS)
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(report("passed"))


def test_drafts_may_be_the_plain_values_of_a_journal():
    plain = [draft.model_dump(mode="json") for draft in DRAFTS]
    steps = implement(SPEC, study_of(), PlainTarget(place()), drafts=plain)
    assert next(steps) == DRAFTS[0]


@pytest.mark.parametrize("entry", [{"summary": "x"}, {"nothing": 1}, 7])
def test_what_is_no_draft_is_named_before_anything_is_offered(entry):
    steps = implement(SPEC, study_of(), PlainTarget(place()), drafts=[*DRAFTS, entry])
    with pytest.raises(UsageError, match="draft 3 of the script is no draft"):
        next(steps)
