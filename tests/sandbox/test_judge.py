"""The judge: real candidates, real drafts, and verdicts that only data can reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench import spec
from workbench.errors import SpecError
from workbench.records import Cell, Draft, Edit, Report, Verdict
from workbench.sandbox import Worker
from workbench.sandbox._bench import _parameters
from workbench.sandbox.judge import judge
from workbench.spec import Spec

CONTRACT = """\
name: Perceptron
kind: model
text: A perceptron.
options: {in_features: 24, hidden: 48, out_features: 5}
sizes: {batch: 0..64}
inputs:
  x: float "batch in_features"
outputs:
  y: float "batch out_features"
requires:
  R1: activation == relu
  R2: parameters == (in_features + 1) * hidden + (hidden + 1) * out_features
"""
GOOD = """\
import torch
from torch import nn


class Perceptron(nn.Module):
    def __init__(self, in_features=24, hidden=48, out_features=5):
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x):
        hidden = torch.relu(self.widen(x))
        return self.out(hidden)
"""
TESTS = """\
import torch

from nets.perceptron import Perceptron


def test_shape():
    assert Perceptron()(torch.zeros(2, 24)).shape == (2, 5)


def test_that_fails():
    assert Perceptron()(torch.zeros(2, 24)).shape == (2, 6)
"""


@pytest.fixture(scope="session")
def worker() -> Any:
    """Use the worker with the real framework, as an editor has it, not this room's stand-in."""
    with Worker(spare=True) as warm:
        yield warm


def contract(**changes: Any) -> Spec:
    return spec.loads(CONTRACT).model_copy(update=changes)


def draft(source: str = GOOD, tests: str = "", path: str = "src/nets/perceptron.py") -> Draft:
    cells = [Cell(id="module", role="module", path=path, source=source)]
    if tests:
        cells.append(Cell(id="tests", role="test", path="tests/test_it.py", source=tests))
    module = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    return Draft(implementer="test", module=module, cells=tuple(cells))


def run(worker: Worker, source: str = GOOD, asked: Spec | None = None, **options: Any) -> Report:
    fixed = {"import_root": "src", "patience": 30.0}
    return judge(asked or contract(), draft(source), worker, **{**fixed, **options})


def doing(deed: str) -> str:
    """Let the good module do something else first."""
    return GOOD.replace("        hidden = torch", f"        {deed}\n        hidden = torch")


def outcomes(report: Report) -> dict[str, str]:
    return {verdict.check: verdict.outcome for verdict in report.verdicts}


def test_a_good_draft_is_green_and_the_report_says_on_what_grounds(worker: Worker):
    offered = draft()
    report = judge(contract(), offered, worker, import_root="src")
    assert report.green, outcomes(report)
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert report.spec_hash == contract().hash
    assert report.draft_hash == offered.hash
    assert report.environment["torch"]
    assert report.guarantees == worker.guarantees
    assert (report.tier, report.device) == ("full", "cpu")
    assert {verdict.requirement for verdict in report.verdicts} == {"", "R1", "R2"}
    assert [step.name for step in report.flow] == ["widen", "out", ""]
    assert sum(step.parameters for step in report.flow) == 25 * 48 + 49 * 5
    assert [g.name for g in report.gradients][:2] == ["widen.weight", "widen.bias"]
    assert all(gradient.norm for gradient in report.gradients)


def test_each_verdict_is_shown_as_it_is_reached(worker: Worker):
    seen: list[Verdict] = []
    report = run(worker, seen=seen.append)
    assert tuple(seen) == report.verdicts


def test_two_runs_give_the_same_verdicts(worker: Worker):
    broken = GOOD.replace("self.out(hidden)", "self.out(hidden.detach())")
    for source in (GOOD, broken):
        first, second = (
            [
                verdict.model_copy(update={"seconds": 0.0})
                for verdict in run(worker, source).verdicts
            ]
            for _ in range(2)
        )
        assert first == second


def test_nothing_of_one_draft_reaches_the_one_that_waits(worker: Worker):
    forged = doing("torch.nn.functional.linear = lambda x, weight, bias: x @ weight.T")
    first, bad, again = (run(worker, source, tier="live") for source in (GOOD, forged, GOOD))
    assert not bad.green
    assert first.green
    assert [(v.check, v.seen) for v in first.verdicts] == [
        (v.check, v.seen) for v in again.verdicts
    ]


def test_the_drafts_own_tests_run_from_full_on(worker: Worker):
    offered = draft(tests=TESTS)
    full = judge(contract(), offered, worker, import_root="src")
    assert [(test.id.rpartition("::")[2], test.outcome) for test in full.tests] == [
        ("test_shape", "passed"),
        ("test_that_fails", "failed"),
    ]
    assert not full.green
    live = judge(contract(), offered, worker, import_root="src", tier="live")
    assert live.tests == ()
    assert live.green


def test_tests_that_take_the_process_down_are_errors(worker: Worker):
    offered = draft(tests="import os\n\n\ndef test_exit():\n    os._exit(0)\n")
    report = judge(contract(), offered, worker, import_root="src")
    assert [test.outcome for test in report.tests] == ["error"]
    assert "test_exit" in report.tests[0].message


def test_a_crash_names_the_line_of_the_cell(worker: Worker):
    report = run(worker, GOOD.replace("torch.relu", "torch.rellu"))
    failed = [verdict for verdict in report.verdicts if verdict.outcome == "failed"]
    assert [(v.check, v.where) for v in failed] == [("output_shape", "src/nets/perceptron.py:12")]
    assert "rellu" in failed[0].seen
    skipped = [verdict for verdict in report.verdicts if verdict.outcome == "skipped"]
    assert all("`output_shape`" in verdict.reason for verdict in skipped)
    assert report.gradients == ()


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("__import__('os')._exit(0)", "exited"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "signal"),
        ("print('x' * 2**26)", "output"),
        ("self.hoard = torch.ones(2**36)", "memory"),
    ],
)
def test_a_lost_candidate_fails_one_check_and_the_others_go_on(
    worker: Worker, deed: str, reason: str
):
    source = doing(f"if self.training:\n            {deed}")
    report = run(worker, source)
    found = outcomes(report)
    lost = [verdict for verdict in report.verdicts if verdict.reason == reason]
    assert lost[0].outcome == "failed"  # the first check that trains it, and perhaps others
    assert found["batch_independent"] == found["save_and_load"] == found["parameters"] == "passed"


def test_a_candidate_that_never_answers_ends_in_bounded_time(worker: Worker):
    loop = doing("while True:\n            pass")
    report = run(worker, loop, patience=1.5)
    failed = [verdict for verdict in report.verdicts if verdict.outcome == "failed"]
    assert [(verdict.check, verdict.reason) for verdict in failed] == [("output_shape", "time")]
    assert report.seconds < 20


def test_what_is_too_much_for_the_host_is_inconclusive_and_never_green(worker: Worker):
    slow = "if torch.is_grad_enabled():\n            __import__('time').sleep(60)"
    report = run(worker, doing(slow), patience=1.5)
    flow = next(verdict for verdict in report.verdicts if verdict.check == "gradient_flow")
    assert (flow.outcome, flow.fix, report.green) == ("inconclusive", "", False)
    assert "a limit of the host, not of the draft" in flow.reason
    assert report.limited


def test_a_large_module_may_take_longer_but_what_it_claims_is_bounded():
    small, large = ({"parameters": [{"shape": [n, 1000]}]} for n in (5, 50_000))
    assert (_parameters(small), _parameters(large)) == (5_000, 50_000_000)
    for nonsense in ({}, {"parameters": 3}, {"parameters": [{"shape": "ab"}]}):
        assert _parameters(nonsense) == 0.0


def test_what_the_draft_says_is_no_verdict(worker: Worker):
    forged = (
        "import sys\n"
        "import workbench.frameworks.torch as framework\n"
        "framework.run = lambda asked: {'outputs': {}, 'dtypes': {}, 'structure': 'tensor'}\n"
        "framework.trace = lambda asked: {'verdict': 'passed'}\n"
        "print('ALL PASSED')\n"
    )
    report = run(worker, forged + GOOD)
    found = outcomes(report)
    assert not report.green
    assert found["output_shape"] == "failed"
    assert found["activation"] == "inconclusive"


def test_an_answer_that_makes_no_sense_is_never_a_pass(worker: Worker):
    forged = (
        "import workbench.frameworks.torch as framework\n"
        "framework.run = framework.reload = framework.outline = lambda asked: {}\n"
        "framework._build = lambda asked: {}\n"
        "import workbench.frameworks._torch_module as modules\n"
        "said = {'module': True, 'where': '', 'constructor': [], 'call': []}\n"
        "modules.describe = lambda of: said\n"
    )
    report = run(worker, forged + GOOD)
    assert not report.green
    good = {check for check, outcome in outcomes(report).items() if outcome == "passed"}
    # The signatures were told while the module was imported, before it could change anything.
    # It takes no device and no type, and its text gives no layer two names.
    assert good <= {"signature", "factory_arguments", "two_names"}


def test_an_exemption_is_shown_with_its_reason_and_its_finding(worker: Worker):
    noisy = GOOD.replace(
        "self.out(hidden)",
        "self.out(hidden) + 1e-3 * torch.randn(1, device=x.device, dtype=x.dtype)",
    )
    assert outcomes(run(worker, noisy))["deterministic"] == "failed"
    report = run(worker, noisy, contract(allows={"deterministic": "noise is meant"}))
    exempt = next(verdict for verdict in report.verdicts if verdict.check == "deterministic")
    assert exempt.outcome == "exempt"
    assert exempt.reason == "noise is meant"
    assert "differs" in exempt.seen
    assert report.green, outcomes(report)


def test_a_requirement_is_exempt_by_its_id(worker: Worker):
    other = GOOD.replace("torch.relu", "torch.tanh")
    report = run(worker, other, contract(allows={"R1": "tanh was agreed on"}))
    assert [v.outcome for v in report.of("R1")] == ["exempt"]
    assert report.green


def test_bad_contracts_are_refused_before_anything_runs(worker: Worker):
    with pytest.raises(SpecError, match="'determinism' is no check"):
        run(worker, asked=contract(allows={"determinism": "why"}))


EXISTING = """\
name: TinyGPT
existing: src/pocket/models/tiny_gpt.py
options: {vocab_size: 64, max_time: 64, embed_dim: 64, num_layers: 2, num_heads: 4}
sizes: {batch: 0..8, time: 1..max_time}
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
  mask?: bool "batch time"
outputs:
  logits: float "batch time vocab_size"
requires:
  - causal over time
  - attention layers == num_layers
  - attention heads == num_heads
  - residual connections == 2 * num_layers
  - norm == pre
  - activation == gelu
  - positions == learned
  - padding invariant under mask
  - position sensitive over time
"""


def test_code_that_the_target_has_already_is_judged_in_place(worker: Worker, target: Path):
    offered = Draft(implementer="test", module="pocket.models.tiny_gpt")
    report = judge(spec.loads(EXISTING), offered, worker, root=target, import_root="src")
    assert report.green, outcomes(report)


def test_a_crash_in_the_targets_own_code_names_its_line(worker: Worker, target: Path):
    file = target / "src/pocket/models/tiny_gpt.py"
    text = file.read_text()
    file.write_text(text.replace("x = block(x, mask)", "x = block(x, maks)"))
    line = 1 + text[: text.index("x = block(x, mask)")].count("\n")
    offered = Draft(implementer="test", module="pocket.models.tiny_gpt")
    report = judge(spec.loads(EXISTING), offered, worker, root=target, import_root="src")
    failed = [v for v in report.verdicts if v.outcome == "failed"]
    assert [v.where for v in failed] == [f"pocket/models/tiny_gpt.py:{line}"]


def test_a_draft_stands_in_the_target_with_its_edits(worker: Worker, target: Path):
    source = GOOD.replace(
        "from torch import nn", "from torch import nn\n\nfrom pocket.layers import SHIFT"
    )
    source = source.replace("return self.out(hidden)", "return self.out(hidden) + SHIFT")
    exports = "src/pocket/layers/__init__.py"
    edit = Edit(
        path=exports, before="__all__ = [", after="SHIFT = 0.0\n\n__all__ = [", reason="a constant"
    )
    before = (target / exports).read_text()
    offered = draft(source, path="src/pocket/layers/perceptron.py")
    bare = judge(contract(), offered, worker, root=target, import_root="src")
    assert outcomes(bare)["builds"] == "failed"
    edited = offered.model_copy(update={"edits": (edit,)})
    report = judge(contract(), edited, worker, root=target, import_root="src")
    assert report.green, outcomes(report)
    assert (target / exports).read_text() == before


def test_a_report_is_stale_once_spec_draft_or_environment_differ(worker: Worker):
    report, offered = run(worker, tier="live"), draft()
    now = (contract().hash, offered.hash)
    assert report.stale(*now, report.environment) == ()
    other = draft(GOOD + "\n# edited\n")
    assert report.stale(now[0], other.hash) == ("draft",)
    assert report.stale(contract(text="Another.").hash, now[1]) == ("spec",)
    assert report.stale(*now, {**report.environment, "torch": "0"}) == ("environment",)


def test_a_report_has_the_form_that_its_schema_says(worker: Worker):
    schema = Report.model_json_schema()
    broken = run(worker, GOOD.replace("torch.relu", "torch.tanh"), tier="live")
    document = broken.model_dump(mode="json")
    assert document.keys() <= schema["properties"].keys()
    assert set(schema["required"]) <= document.keys()
    legal = schema["$defs"]["Verdict"]["properties"]
    assert all(verdict.keys() <= legal.keys() for verdict in document["verdicts"])
    outcomes = {verdict["outcome"] for verdict in document["verdicts"]}
    assert "failed" in outcomes
    assert outcomes <= set(legal["outcome"]["enum"])
