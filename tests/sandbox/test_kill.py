"""What tests can notice: a good test file kills, and every weak one is shown to be weak."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.records import Cell, Draft, Kill, KillTable
from workbench.sandbox import Worker
from workbench.sandbox import kill as kill_module
from workbench.sandbox._places import Places
from workbench.sandbox.kill import kill
from workbench.spec import Spec, loads

HERE = Path(__file__).parent
MODULE = (HERE / "attention_module.py").read_text(encoding="utf-8")
GOOD = (HERE / "attention_tests.py").read_text(encoding="utf-8")
SPEC = loads("""
name: Attention
kind: layer
text: A small masked self-attention.
options: {embed_dim: 32, num_heads: 4}
sizes: {batch: 0..8, time: 1..16}
inputs:
  x: float "batch time embed_dim"
  mask?: bool "batch time"
outputs:
  y: float "batch time embed_dim"
requires:
  - attention heads == num_heads
  - padding invariant under mask
""")
# Mistakes that keep every shape, and of which none can be seen without looking at numbers.
SILENT = ["mask_inverted", "scale_dropped", "queries_keys_swapped", "heads_mixed", "softmax_axis"]
SMALL = loads("""
name: Attention
text: Something small.
options: {}
sizes: {batch: 1..8}
inputs: {x: 'float "batch"'}
outputs: {y: 'float "batch"'}
""")
Measure = Callable[..., KillTable]


@pytest.fixture(scope="module")
def torch_worker() -> Iterator[Worker]:
    with Worker() as warm:
        yield warm


@pytest.fixture
def measure(torch_worker: Worker) -> Measure:
    def of(tests: str, module: str = MODULE, spec: Spec = SPEC, **settings: object) -> KillTable:
        return kill(spec, draft(module, tests), torch_worker, **settings)  # type: ignore[arg-type]

    return of


def draft(module: str, tests: str) -> Draft:
    cells = [Cell(id="tests", role="test", path="tests/test_attention.py", source=tests)]
    if module:
        cells.append(Cell(id="module", role="module", path="attention.py", source=module))
    return Draft(implementer="tests", module="attention", cells=tuple(cells))


def small(body: str) -> str:
    head = "from torch import nn\n\n\nclass Attention(nn.Module):\n    def forward(self, x):\n"
    return head + textwrap.indent(body, " " * 8)


@pytest.mark.parametrize("name", [path.stem for path in sorted((HERE / "weak_tests").glob("*.py"))])
def test_a_weak_test_file_is_shown_to_be_weak(measure, name):
    tests = (HERE / "weak_tests" / f"{name}.py").read_text(encoding="utf-8")
    table = measure(tests, operators=SILENT, whole=True)
    assert table.reason == ""
    assert table.rate == 0.0
    assert table.idle == tuple(test.id for test in table.tests)
    assert {row.mutant.operator for row in table.survivors} == set(SILENT)
    assert all(row.mutant.fix for row in table.survivors)


def test_a_good_test_file_kills_what_can_be_killed(measure):
    rows = []
    table = measure(GOOD, limit=24, seen=rows.append)
    assert table.rate == 1.0, [row.mutant.diff for row in table.survivors]
    assert rows == list(table.kills)
    assert all(row.by and row.how for row in table.with_outcome("killed"))
    assert all("test_attention.py::test_" in row.by[0] for row in table.with_outcome("killed"))


def test_a_test_that_kills_nothing_is_named_in_a_whole_table(measure):
    weak = "\n\ndef test_weak():\n    assert Attention(12, 3) is not None\n"
    table = measure(GOOD + weak, operators=["scale_dropped", "mask_inverted"], whole=True)
    assert table.rate == 1.0
    assert "tests/test_attention.py::test_weak" in table.idle
    assert "tests/test_attention.py::test_mask" not in table.idle
    assert measure(GOOD, operators=["scale_dropped"]).idle is None


def test_mutants_that_change_nothing_are_set_apart(measure):
    module = small("return x.clamp(max=4e30) * 1 + 2\n")
    tests = "from attention import Attention\nimport torch\n\n\ndef test_it():\n"
    tests += "    x = torch.tensor([1.0, 5.0])\n    assert Attention()(x).tolist() == [3, 7]\n"
    table = measure(tests, module, SMALL, operators=["constant_changed", "term_dropped"])
    apart = {
        row.mutant.diff.splitlines()[-1].strip("+ ") for row in table.with_outcome("equivalent")
    }
    assert [row.mutant.diff + row.reason for row in table.survivors] == []
    assert apart == {"return x.clamp(max=6e+30) * 1 + 2", "return x.clamp(max=4e30) + 2"}
    assert table.rate == 1.0


def test_a_large_number_that_hides_a_score_may_be_another_large_one(measure):
    table = measure(GOOD, operators=["constant_changed"])
    (row,) = [
        row for row in table.kills if "+            scores = scores.masked_fill" in row.mutant.diff
    ]
    assert "-1e9" in row.mutant.diff
    assert row.outcome == "equivalent", row.reason


def test_agreement_where_nothing_looks_is_no_equivalence(measure):
    module = MODULE + "\n\ndef spare(x):\n    return x + 1\n"
    (row,) = measure(GOOD, module=module, operators=["arithmetic_changed"]).survivors
    assert "spare" in row.mutant.diff
    assert "no question" in row.reason


METRIC = loads("""
name: Attention
kind: metric
text: The share of right guesses.
options: {}
sizes: {batch: 1..30}
inputs: {guess: 'int64 "batch" in 0..3', target: 'int64 "batch" in 0..3'}
outputs: {score: 'float "" in 0..1'}
""")
SHARE = """
class Attention:
    def __init__(self):
        self.reset()

    def reset(self):
        self.hits, self.seen = 0, 0

    def update(self, guess, target):
        if guess.shape != target.shape:
            raise ValueError("shape")
        self.hits = self.hits + (guess == target).sum()
        self.seen = self.seen + len(target)

    def compute(self):
        return self.hits / self.seen * 1
"""


def test_mutants_of_a_metric_are_compared_by_its_scores(measure):
    tests = "from attention import Attention\nimport torch\n\n\ndef test_it():\n"
    tests += "    metric, x = Attention(), torch.tensor([1, 2])\n    metric.update(x, x)\n"
    tests += "    assert metric.compute() == 1\n"
    table = measure(tests, SHARE, METRIC)
    alike = {row.mutant.operator for row in table.with_outcome("equivalent")}
    assert alike == {"arithmetic_changed", "term_dropped"}  # of a factor of one
    for row in table.survivors:
        assert f"line {row.mutant.line}" in row.suggestion, "the missing test says where"
        assert row.suggestion.endswith(row.mutant.fix)
        refuses = row.reason == "it decides which input is refused"
        assert ("pytest.raises" if refuses else "assert what differs") in row.suggestion
    reasons = [row.reason for row in table.survivors]
    assert any(reason.startswith("it differs: 23 examples") for reason in reasons), reasons
    assert not any("could not be looked at" in reason for reason in reasons)


def test_what_decides_about_bad_input_is_never_called_equivalent(measure):
    module = small("if len(x) < 0:\n    raise ValueError('less than nothing')\nreturn x\n")
    tests = "def test_it():\n    pass\n"
    (row,) = measure(tests, module, SMALL, operators=["constant_changed"]).kills
    assert (row.outcome, row.reason) == ("survived", "it decides which input is refused")


@pytest.mark.parametrize(
    ("module", "operator", "how"),
    [
        ("def test():\n    a = 3\n    while a:\n        a -= 1\n", "arithmetic_changed", "time"),
        ("import os\n\nif 1 > 2:\n    os._exit(3)\n", "comparison_changed", "lost"),
        ("if 1 > 2:\n    raise OSError\n", "comparison_changed", "import"),
        ("def test():\n    return [1][1 - 1]\n", "arithmetic_changed", "exception"),
        ("def test():\n    assert 3 - 1 == 2\n", "arithmetic_changed", "assertion"),
    ],
)
def test_how_a_mutant_died_is_told(measure, module, operator, how):
    tests = "import attention\n\n\ndef test_it():\n    getattr(attention, 'test', int)()\n"
    table = measure(tests, module, SMALL, operators=[operator], seconds=3)
    assert {row.how for row in table.with_outcome("killed")} == {how}


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        (GOOD.replace("(4, (32, 32))", "(5, (32, 32))"), "tests fail unchanged.*test_defaults"),
        ("x = 1\n", "there is no test"),
        ("import no_such_module\n\n\ndef test_it(): pass\n", "fail unchanged.*no_such_module"),
        ("import os\n\n\ndef test_it():\n    os._exit(0)\n", "do not come to an end"),
        (
            "import inspect, attention\n\n\ndef test_it():\n"
            f"    assert len(inspect.getsource(attention)) == {len(MODULE)}\n",
            "reads the source",
        ),
        (
            "from attention import Attention\n\n\ndef test_it():\n"
            "    assert '_unused' not in Attention.forward.__code__.co_varnames\n",
            "reads the source",
        ),
    ],
)
def test_without_tests_that_pass_there_is_no_table(measure, tests, reason):
    table = measure(tests)
    assert table.kills == ()
    assert table.rate is None
    assert table.idle is None
    assert re.search(reason, table.reason, re.DOTALL), table.reason


def test_what_cannot_be_looked_at_stays_a_survivor(measure):
    module = small("return x + x.shape[9]\n")
    table = measure("def test_it(): pass\n", module, SMALL, operators=["term_dropped"])
    assert {row.outcome for row in table.kills} == {"survived"}
    assert all("could not be looked at" in row.reason for row in table.kills)


def test_code_that_the_target_already_has_is_mutated_there(torch_worker, tmp_path):
    (tmp_path / "src" / "layers").mkdir(parents=True)
    file = tmp_path / "src" / "layers" / "attention.py"
    file.write_text(MODULE, encoding="utf-8")
    spec = SPEC.model_copy(update={"existing": "src/layers/attention.py"})
    tests = GOOD.replace("from attention import", "from layers.attention import")
    only_tests = draft("", tests).model_copy(update={"module": "layers.attention"})
    settings = {"root": tmp_path, "import_root": "src", "operators": ["scale_dropped"]}
    table = kill(spec, only_tests, torch_worker, **settings)
    assert (table.reason, table.rate) == ("", 1.0)
    assert file.read_text(encoding="utf-8") == MODULE
    missing = spec.model_copy(update={"existing": "src/layers/other.py"})
    with pytest.raises(UsageError, match=r"other\.py"):
        kill(missing, only_tests, torch_worker, **settings)


def test_the_same_draft_gives_the_same_table(measure):
    settings = {"operators": SILENT, "limit": 4, "whole": True}
    first, second = (measure(GOOD, jobs=jobs, **settings) for jobs in (1, 3))
    assert [said(row) for row in first.kills] == [said(row) for row in second.kills]
    assert KillTable.model_validate_json(first.model_dump_json()) == first


def said(row: Kill) -> tuple[str, str, set[str]]:
    return row.mutant.id, row.outcome, set(row.by)


def test_tests_that_are_held_say_what_a_run_from_the_start_says(measure, monkeypatch):
    asked = []
    long_way = kill_module._Ways._long_way
    monkeypatch.setattr(
        kill_module._Ways, "_long_way", lambda *given: asked.append(1) or long_way(*given)
    )
    held = measure(GOOD, limit=30, whole=True)
    assert len(asked) < len(held.kills) / 3, "most mutants should meet tests that are held"
    monkeypatch.setattr(kill_module.Warm, "met", lambda *given, **settings: None)
    anew = measure(GOOD, limit=30, whole=True)
    assert len(asked) >= len(anew.kills)
    assert [said(row) for row in held.kills] == [said(row) for row in anew.kills]


@pytest.mark.parametrize(
    "change",
    [
        "LIMIT = 5\n\n\ndef f(x, most=LIMIT):\n    return x < most\n",
        "class A:\n    size = 5\n\n    def f(self):\n        return self.size\n",
        "TABLE = [i * 5 for i in range(3)]\n",
        "def made():\n    return 5\n\n\nTABLE = made()\n",
    ],
)
def test_what_runs_when_the_module_is_imported_is_changed_too(measure, change):
    tests = "import attention\n\n\ndef test_it():\n    seen = [\n"
    tests += "        str(getattr(attention, 'TABLE', '')), getattr(attention, 'LIMIT', 5),\n"
    tests += "        getattr(getattr(attention, 'A', None), 'size', 5),\n    ]\n"
    tests += "    assert seen[1:] == [5, 5] and seen[0] in ('', '5', '[0, 5, 10]')\n"
    table = measure(tests, change, SMALL, operators=["constant_changed"])
    killed = {row.mutant.line for row in table.with_outcome("killed")}
    assert killed, table.kills


def test_tests_that_need_their_order_are_met_in_it(measure):
    tests = "import attention\n\nseen = []\n\n\ndef test_a():\n    seen.append(attention.f(1))\n"
    tests += "\n\ndef test_b():\n    assert seen == [3]\n"
    table = measure(tests, "def f(x):\n    return x + 2\n", SMALL, operators=["constant_changed"])
    assert [row.by for row in table.kills] == [("tests/test_attention.py::test_b",)]


def test_a_test_that_never_ends_does_not_hide_the_others(measure):
    module = "def f(x):\n    while x > 3:\n        x -= 1\n    return x\n"
    tests = "import attention\n\n\ndef test_loop():\n    assert attention.f(9) == 3\n"
    tests += "\n\ndef test_small():\n    assert attention.f(1) == 1\n"
    table = measure(
        tests, module, SMALL, operators=["arithmetic_changed", "statement_deleted"],
        whole=True, seconds=2,
    )  # fmt: skip
    loops = [row for row in table.kills if row.how == "time"]
    assert loops
    assert all(row.by == ("tests/test_attention.py::test_loop",) for row in loops)


def test_many_threads_may_read_syntax_at_once():
    places = Places(MODULE)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(places.changed, [MODULE.replace("-1e9", "-2e9")] * 200))
    assert found == [{"Attention.forward"}] * 200
