from __future__ import annotations

import pytest
from plain_target import PlainTarget, place, study_of
from test_tests import failures, lay, run

from workbench.errors import Refused
from workbench.implementers.blueprint import implement
from workbench.spec import loads

CODE = """import torch
from torch import nn


class Mixer(nn.Module):
    def __init__(self, width=64, *, classes=10, depth=2):
        super().__init__()
        if width % 2 != 0:
            raise ValueError(f"width must be even, got {width}")
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        for layer in self.layers:
            x = x + torch.tanh(layer(x))
        return self.head(x.mean(dim=1))
"""
SPEC = """
name: Mixer
kind: model
existing: src/house/mixer.py
text: Tests of the mixer that we have just implemented.
options: {width: 64, classes: 10, depth: 2}
sizes: {batch: 0..16, time: 1..32}
inputs: {x: 'float "batch time width"'}
outputs: {logits: 'float "batch classes"'}
requires: [batch independent, parameters == depth * (width + 1) * width + (width + 1) * classes]
"""


def target() -> PlainTarget:
    return PlainTarget(place("mixer"), {"src/house/mixer.py": CODE})


def test_only_tests_are_written_and_they_pass(tmp_path):
    draft = next(implement(loads(SPEC), study_of(), target()))
    assert {cell.role for cell in draft.cells} == {"test"}
    assert draft.edits == ()
    assert draft.module == "house.mixer"
    lay(tmp_path, draft)
    (tmp_path / "src/house/mixer.py").write_text(CODE)
    outcomes = run(tmp_path)["test_mixer"]
    assert failures(outcomes) == set()
    assert "test_number_of_parameters" in outcomes
    assert any(name.startswith("test_impossible_options_are_refused") for name in outcomes)


def test_they_fail_on_code_that_is_wrong(tmp_path):
    draft = next(implement(loads(SPEC), study_of(), target()))
    wrong = {
        "mixed": CODE.replace("x.mean(dim=1)", "x.mean(dim=(0, 1)).expand(len(x), -1)"),
        "skipped": CODE.replace("in self.layers:", "in self.layers[1:]:"),
        "unchecked": CODE.replace("width % 2 != 0", "False"),
        "wider": CODE.replace("nn.Linear(width, classes)", "nn.Linear(width, classes + 1)"),
        "unbatched": CODE.replace(
            "self.head(x.mean(dim=1))", "self.head(x.mean(dim=1)).squeeze(0)"
        ),
        "remembers": CODE.replace("        for", "        self.head.bias.data += 0.1\n        for"),
        "in place": CODE.replace("x = x + torch", "x += torch"),
    }
    (source,) = draft.files("test").values()
    for number, code in enumerate(wrong.values()):
        lay(tmp_path, draft.model_copy(update={"cells": ()}))
        (tmp_path / f"src/house/wrong_{number}.py").write_text(code)
        (tmp_path / "tests").mkdir(exist_ok=True)
        text = source.replace("house.mixer", f"house.wrong_{number}")
        (tmp_path / f"tests/test_wrong_{number}.py").write_text(text)
    outcomes = run(tmp_path, "-k", "not learns and not memory and not costs")
    for number, name in enumerate(wrong):
        assert failures(outcomes[f"test_wrong_{number}"]), name


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("kind: model", "kind: loss"), "not for a loss"),
        (("name: Mixer", "name: Mixr"), "did you mean 'Mixer'"),
        (("depth: 2}", "deep: 2}"), "Mixer has no option 'deep': did you mean 'depth'"),
        (("inputs: {x:", "inputs: {y:"), "has no argument 'y': legal are: 'x'"),
        (
            ("inputs: {x: 'float \"batch time width\"'}", "inputs: {}"),
            "write the inputs and the one output",
        ),
    ],
)
def test_a_contract_that_does_not_fit_the_code_is_refused(change, reason):
    text = SPEC.replace("depth * (width + 1) * width + (width + 1) * classes", "7")
    assert change[0] in text
    with pytest.raises(Refused) as refusal:
        next(implement(loads(text.replace(*change)), study_of(), target()))
    assert reason in str(refusal.value)


def test_an_option_without_default_is_asked_for():
    code = CODE.replace("width=64", "width")
    spec = loads(
        SPEC.replace("width: 64, ", "")
        .replace("batch time width", "batch time 8")
        .replace("depth * (width + 1) * width + (width + 1) * classes", "7")
    )
    with pytest.raises(Refused, match="cannot be built without 'width'"):
        next(implement(spec, study_of(), PlainTarget(place("mixer"), {"src/house/mixer.py": code})))


def test_code_that_is_no_python_is_refused():
    broken = PlainTarget(place("mixer"), {"src/house/mixer.py": "class Mixer(:"})
    with pytest.raises(Refused, match=r"mixer\.py:1 is not Python"):
        next(implement(loads(SPEC), study_of(), broken))
