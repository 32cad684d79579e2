"""A report says which kinds of bug its contract leaves open, and which line would notice them."""

from __future__ import annotations

from typing import Any

import pytest
from gallery import contract

from workbench import registry
from workbench.checks import gaps, plan
from workbench.spec import Spec


def asked(**fields: Any) -> Spec:
    return Spec.model_validate({"name": "Thing", "text": "x", **fields})


def open_checks(spec: Spec) -> set[str]:
    return {gap.check for gap in gaps(spec)}


def test_a_requirement_closes_its_gap_and_no_other():
    sequence = {"x": 'float "batch time 8"'}
    bare = asked(
        kind="layer", sizes={"batch": 4, "time": "1..9"}, inputs=sequence, outputs=sequence
    )
    assert "causal" in open_checks(bare)
    causal = bare.model_copy(update={"requires": asked(requires=["causal"]).requires})
    assert open_checks(bare) - open_checks(causal) == {"causal"}


def test_only_what_makes_sense_for_the_contract_is_named():
    picture = {"x": 'float "batch 3"'}
    spec = asked(kind="layer", sizes={"batch": 4}, inputs=picture, outputs=picture)
    found = open_checks(spec)
    assert not found & {"causal", "padding", "exact_resume", "class_weights", "splits", "merges"}
    assert {"parameters", "equation", "activation"} <= found


@pytest.mark.parametrize(
    "name", ["cross_entropy", "accuracy", "token_sequences", "text_classifier"]
)
def test_what_runs_is_no_gap(name: str):
    spec = contract(name)
    assert not open_checks(spec) & {step.name for step in plan(spec, "deep")}


@pytest.mark.parametrize("name", registry.members("checks"))
def test_every_gap_says_what_it_would_catch(name: str):
    module = registry.load("checks", name)
    kinds = getattr(module, "FITS", ("model", "layer"))
    for gap in (gap for kind in kinds for gap in gaps(asked(kind=kind)) if gap.check == name):
        assert gap.requirement
        assert gap.catches.endswith(".")


def test_a_report_carries_them(judged):
    report = judged("class FreeLayer: ...", "free_layer", tier="live")
    assert report.gaps == gaps(contract("free_layer"))


def test_what_the_text_says_and_no_line_checks_comes_first():
    sequence = {"x": 'float "batch time 8"'}
    fields = {"kind": "layer", "sizes": {"batch": 4, "time": "1..9"}, "inputs": sequence}
    text = "A causal layer. It is not pre-norm."
    spec = asked(**fields, outputs=sequence).model_copy(update={"text": text})
    first, *others = gaps(spec)
    assert (first.check, first.requirement) == ("causal", "causal over time")
    assert first.catches == "Your text says 'A causal layer.', and no requirement checks it."
    assert "causal" not in {gap.check for gap in others}
