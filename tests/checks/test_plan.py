"""Which checks a spec asks for, and what it may not ask for."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from workbench import registry, spec
from workbench.checks import lesson, plan
from workbench.errors import SpecError
from workbench.spec import Kind, Spec

TEXT = """\
name: Layer
kind: {kind}
text: something
options: {{width: 8}}
sizes: {{batch: 0..8, time: 1..9}}
inputs:
  x: float "batch time width"
outputs:
  y: float "batch time width"
requires:
  R1: batch independent
  R2: {line}
allows: {{{allows}}}
"""


def asked(line: str = "causal over time", *, kind: str = "layer", allows: str = "") -> Spec:
    return spec.loads(TEXT.format(line=line, kind=kind, allows=allows), file="layer.yaml")


def test_a_requirement_and_its_check_give_one_step():
    steps = [step for step in plan(asked(), "live") if step.name == "batch_independent"]
    assert [step.requirement.id for step in steps if step.requirement] == ["R1"]
    assert len(steps) == 1


def test_the_cheapest_checks_run_first_and_a_tier_includes_those_before_it():
    live, full = plan(asked(), "live"), plan(asked(), "full")
    assert live[0].name == "builds"
    assert [step.module.COST for step in live] == sorted(step.module.COST for step in live)
    assert {step.name for step in live} < {step.name for step in full}
    assert {step.name for step in full} - {step.name for step in live} >= {"save_and_load"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "atention heads == 8",
            "no check decides 'atention heads': did you mean 'attention heads'",
        ),
        ("norm == pree", "did you mean 'pre'"),
        (
            "contains rms nrom",
            "no check decides 'contains rms nrom': did you mean 'contains rms norm'",
        ),
        ("is lstm == 3", "is a law; write it without '=='"),
        ("norm", "needs a right side, for example '== pre'"),
        ("norm >= pre", "legal are"),
        ("attention heads", "needs a right side"),
        ("batch independent == 3", "is a law; write it without '=='"),
        ("attention heads == batch", "'batch' has no value"),
        ("symmetric == yes", "is a law; write it without '=='"),
        ("uniform value", "needs a right side"),
    ],
)
def test_a_requirement_that_no_check_decides_is_refused_with_its_line(line: str, message: str):
    with pytest.raises(SpecError) as caught:
        plan(asked(line), "full")
    assert str(caught.value).startswith("12: requires.R2: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("key", ["deterministic", "R2", "causal", "gradient_correct"])
def test_an_exemption_names_a_check_a_requirement_or_a_phrase(key: str):
    steps = plan(asked(allows=f"{key}: a reason"), "full")
    assert [step.exemption for step in steps if step.exemption] == ["a reason"]


def test_an_exemption_that_names_nothing_is_refused():
    with pytest.raises(SpecError, match="did you mean 'deterministic'"):
        plan(asked(allows="determinism: noise is meant"), "full")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_checks_that_follow_from_it_alone(kind: str):
    bare: dict[str, Any] = {"name": "Thing", "kind": kind, "text": "a thing"}
    steps = plan(Spec.model_validate(bare), "full")
    assert steps[0].name == "builds"
    assert {step.name for step in steps} - {"builds"}


@pytest.mark.parametrize("name", registry.members("checks"))
def test_a_check_teaches_and_says_when_it_runs(name: str):
    module, taught = registry.load("checks", name), lesson(name)
    assert taught.holds.endswith(".")
    assert taught.why
    assert taught.fix
    assert module.TIER in ("live", "full", "deep")
    assert module.KINDS or module.DECIDES
    assert all(forms for forms in module.DECIDES.values())
    assert callable(module.check)


def test_no_phrase_is_decided_twice():
    phrases = [
        p for name in registry.members("checks") for p in registry.load("checks", name).DECIDES
    ]
    assert len(phrases) == len(set(phrases))
