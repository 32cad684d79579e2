from __future__ import annotations

import re

import pytest
from plain_target import PlainTarget, place, study_of
from test_tests import SENTENCES, failures, lay, run

from workbench.errors import Refused
from workbench.implementers._catalogue import blueprint
from workbench.implementers.blueprint import implement
from workbench.records import Report, TestResult
from workbench.sandbox import Worker
from workbench.spec import loads

PATH = "src/house/mixer.py"
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
    return PlainTarget(place("mixer"), {PATH: CODE})


@pytest.fixture(scope="module")
def worker():
    with Worker() as warm:
        yield warm


def told(worker, draft, code):
    """Give the report on tests of some code, without any check."""
    with worker.candidate({draft.module: code}) as candidate:
        results = candidate.run_tests(draft.files("test"), seconds=120)
    tests = tuple(TestResult.model_validate(result) for result in results)
    return Report(spec_hash="", draft_hash=draft.hash, tests=tests)


def drafts(worker, code, spec=SPEC):
    """Give the last draft of tests, and the report on it."""
    steps = implement(loads(spec), study_of(), PlainTarget(place("mixer"), {PATH: code}))
    draft = steps.send(told(worker, next(steps), code))
    with pytest.raises(StopIteration):
        steps.send(told(worker, draft, code))
    return draft, told(worker, draft, code)


def test_only_tests_are_written_and_they_pass(tmp_path, worker):
    draft, _ = drafts(worker, CODE)
    assert {cell.role for cell in draft.cells} == {"test"}
    assert draft.edits == ()
    assert draft.module == "house.mixer"
    lay(tmp_path, draft)
    (tmp_path / "src/house/mixer.py").write_text(CODE)
    outcomes = run(tmp_path)["test_mixer"]
    assert failures(outcomes) == set()
    assert "test_number_of_parameters" in outcomes
    assert any(name.startswith("test_impossible_options_are_refused") for name in outcomes)


def test_what_the_code_does_is_written_down(worker):
    draft, report = drafts(worker, CODE)
    (source,) = draft.files("test").values()
    assert {test.outcome for test in report.tests} == {"passed", "skipped"}
    assert "measured OUTPUTS" not in source
    assert re.search(r"OUTPUTS = \{\s+'usual eval 32 output': -?\d", source.replace('"', "'"))
    assert "What it does today is written down" in draft.summary
    wrong = {
        "test_outputs_are_as_they_were": ("torch.tanh(layer(x))", "torch.sin(layer(x))"),
        "test_signature_is_as_it_was": ("depth=2", "depth=3"),
        "test_a_former_checkpoint_still_loads": ("self.head", "self.top"),
        "test_fresh_weights_are_spread_as_they_were": (
            "nn.Linear(width, classes)",
            "nn.Linear(width, classes); self.head.weight.data.mul_(2)",
        ),
        "test_options_are_taken_as_they_were": ("width % 2 != 0", "width % 2 == 9"),
    }
    for name, (before, after) in wrong.items():
        assert before in CODE
        tests = told(worker, draft, CODE.replace(before, after)).tests
        failed = {test.id.partition("::")[2] for test in tests if test.outcome == "failed"}
        assert name in failed, (name, failed)


CONFIGURED = """from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class MixerConfig:
    width: int = 64
    classes: int = 10
    depth: int = 2
    remark: str = "read by nobody"


class Mixer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(config.width, config.width) for _ in range(config.depth)
        )
        self.head = nn.Linear(config.width, config.classes)

    def forward(self, x):
        for layer in self.layers:
            x = x + torch.tanh(layer(x))
        return self.head(x.mean(dim=1)), None
"""


def test_a_configuration_is_built_and_the_first_of_several_outputs_is_looked_at(worker):
    draft, report = drafts(worker, CONFIGURED)
    (source,) = draft.files("test").values()
    assert {test.outcome for test in report.tests} == {"passed", "skipped"}
    assert "import Mixer, MixerConfig" in source
    assert "FirstOutput(MixerConfig(**" in source
    assert "xfail" not in source
    tests = told(worker, draft, CONFIGURED.replace("torch.tanh", "torch.sin")).tests
    failed = {test.id.partition("::")[2] for test in tests if test.outcome == "failed"}
    assert "test_outputs_are_as_they_were" in failed


def test_words_and_arguments_that_may_be_left_out_are_tried(worker):
    code = CODE.replace("width=64, *,", "width=64, *, pool='mean', gain=None,")
    code = code.replace("self.head =", "self.pool, self.gain = pool, gain\n        self.head =")
    code = code.replace("def forward(self, x):", "def forward(self, x, weights=None):")
    pooled = """if weights is not None:
            x = x * weights[:, None, None]
        if self.gain is not None:
            x = x * self.gain
        x = x.amax(dim=1) if self.pool == "max" else x.mean(dim=1)
        return self.head(x)"""
    code = code.replace("return self.head(x.mean(dim=1))", pooled)
    draft, report = drafts(worker, code, SPEC.replace("depth: 2}", "depth: 2, pool: mean}"))
    assert {test.outcome for test in report.tests} == {"passed", "skipped"}
    wrong = {
        "x.amax(dim=1)": "x.amin(dim=1)",
        "x * self.gain": "x",
        "x * weights[:, None, None]": "x",
        "torch.tanh(layer(x))": "torch.tanh(layer(x)).float()",
    }
    for before, after in wrong.items():
        assert before in code
        tests = told(worker, draft, code.replace(before, after)).tests
        assert [test.id for test in tests if test.outcome == "failed"], before


def test_what_costs_several_times_as_much_is_noticed(worker):
    draft, _ = drafts(worker, CODE)
    wrong = {
        "torch.tanh(layer(x.repeat_interleave(len(x), 0)))[:: max(1, len(x))]": "costs",
        "sum(torch.tanh(layer(x)) for _ in range(4)) / 4": "costs",
        "self.__dict__.setdefault('kept', [x]).append(x) or torch.tanh(layer(x))": "grow",
    }
    for after, expected in wrong.items():
        tests = told(worker, draft, CODE.replace("torch.tanh(layer(x))", after)).tests
        failed = [test.id for test in tests if test.outcome == "failed"]
        assert any(expected in name for name in failed), (after, failed)


def test_a_suspected_bug_is_told_and_never_pinned_in_silence(worker):
    wrong = CODE.replace("x.mean(dim=1)", "x.mean(dim=1) + x.mean()")  # examples see each other
    draft, report = drafts(worker, wrong)
    (source,) = draft.files("test").values()
    concerns = [note for note in draft.notes if note.kind == "concern"]
    assert any("test_one_example_alone_is_as_in_a_batch" in note.text for note in concerns)
    assert "xfail(strict=True, reason=" in source.replace("\n", "").replace("    ", "")
    assert not {test.outcome for test in report.tests} & {"failed", "error"}
    mended = told(worker, draft, CODE)
    failed = {test.id.partition("::")[2] for test in mended.tests if test.outcome == "failed"}
    assert "test_one_example_alone_is_as_in_a_batch" in failed, "a mended bug must show"


def test_a_module_without_weights_is_asked_for_no_gradient(worker):
    code = "import torch\nfrom torch import nn\n\n\nclass Mixer(nn.Module):\n"
    code += (
        "    def __init__(self, width=64, *, classes=10, depth=2):\n        super().__init__()\n"
    )
    code += "        self.classes = classes\n\n    def forward(self, x):\n"
    code += "        return x.mean(dim=1)[:, : self.classes]\n"
    spec = SPEC.replace(", parameters == depth * (width + 1) * width + (width + 1) * classes", "")
    draft, report = drafts(worker, code, spec)
    assert not [test.id for test in report.tests if test.outcome in ("failed", "error")]
    assert "xfail" not in "".join(draft.files("test").values())
    assert [note for note in draft.notes if note.kind == "concern"] == []
    assert "OUTPUTS" in "".join(draft.files("test").values())


def test_they_fail_on_code_that_is_wrong(tmp_path, worker):
    draft, _ = drafts(worker, CODE)
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


LOOP = """from torch import nn


def train(net, train_loader, criterion, optim, clip=0.5, num_epochs=1):
    means = []
    for _ in range(num_epochs):
        net.train()
        total = 0.0
        for x, label in train_loader:
            optim.zero_grad()
            loss = criterion(net(x), label)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), clip)
            optim.step()
            total += loss.item()
        means.append(total / max(1, len(train_loader)))
    return means
"""
LOOP_SPEC = """
name: train
kind: training
existing: src/house/mixer.py
text: Tests of the loop.
options: {clip: 0.5}
sizes: {batch: 1..64}
inputs: {x: 'float "batch 5"', y: 'int64 "batch" in 0..2'}
outputs: {output: 'float "batch 3"'}
roles: {model: net, data: train_loader, loss: criterion, optimizer: optim, epochs: num_epochs}
requires: [gradient norm <= clip]
"""
DATA = """import torch
from torch.nn.utils.rnn import pad_sequence


class Rows(torch.utils.data.Dataset):
    def __init__(self, tokens, longest=12, pad=0):
        self.tokens, self.longest, self.pad = tokens, longest, pad

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, index):
        return self.tokens[index][: self.longest]

    def collate(self, items):
        return pad_sequence(items, batch_first=True, padding_value=self.pad)
"""
DATA_SPEC = """
name: Rows
kind: dataset
existing: src/house/mixer.py
text: Tests of the rows.
options: {longest: 12, pad: 0}
sizes: {items: 0..200, time: 1..30}
inputs: {tokens: 'int64 "items time" in 1..50'}
outputs: {row: 'int64 "min(time, longest)"'}
roles: {ragged: time, collate: collate}
requires: [padding side == right]
"""


@pytest.mark.parametrize(
    ("code", "spec", "mistakes"),
    [
        (
            LOOP,
            LOOP_SPEC,
            [
                ("optim.zero_grad()", "pass"),
                ("net.train()", "net.eval()"),
                ("total += loss.item()", "total = loss.item()"),
                ("(net.parameters(), clip)", "(net.parameters(), 2 * clip)"),
            ],
        ),
        (
            DATA,
            DATA_SPEC,
            [
                ("padding_value=self.pad", "padding_value=1 + self.pad"),
                ("batch_first=True", "batch_first=True, padding_side='left'"),
                ("[: self.longest]", "[: self.longest + 1]"),
                ("len(self.tokens)", "len(self.tokens) - 1"),
            ],
        ),
    ],
    ids=["training", "dataset"],
)
def test_what_has_no_call_gets_tests_that_can_fail(worker, code, spec, mistakes):
    draft, report = drafts(worker, code, spec)
    assert {test.outcome for test in report.tests} == {"passed"}
    for before, after in mistakes:
        assert before in code
        wrong = told(worker, draft, code.replace(before, after))
        assert "failed" in {test.outcome for test in wrong.tests}, after


@pytest.mark.parametrize(
    ("name", "change", "noticed", "constant"),
    [
        (
            "relative_attention",
            (r"self\.query\b", "self.asked"),
            "test_a_former_checkpoint_still_loads",
            "OUTPUTS = {",
        ),
        (
            "training_loop",  # save and load agree with each other, and with no former file
            (r'"history"', '"past"'),
            "test_a_checkpoint_of_a_former_version_is_gone_on_with",
            "FORMER = {",
        ),
        (
            "length_bucketed_pairs",
            (r"self\.lengths\[index\]\)", "-self.lengths[index])"),
            "test_epochs_are_as_they_were",
            "EPOCHS = {",
        ),
    ],
)
def test_new_code_has_what_it_does_pinned_where_asked(worker, name, change, noticed, constant):
    one = blueprint(name)
    spec = one.bound(one.defaults).model_copy(update={"text": SENTENCES[name]})
    steps = implement(spec, study_of(), PlainTarget(place("mixer")), pinned=True)
    first = next(steps)
    (code,) = first.files("module").values()
    draft = steps.send(told(worker, first, code))
    (tests,) = draft.files("test").values()
    assert constant in tests
    assert {test.outcome for test in told(worker, draft, code).tests} <= {"passed", "skipped"}
    changed = re.sub(*change, code)
    assert changed != code
    renamed = told(worker, draft, changed)
    names = {test.id.rpartition("::")[2] for test in renamed.tests if test.outcome == "failed"}
    assert noticed in names
