from __future__ import annotations

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path

import pytest
from plain_target import RUFF, PlainTarget, place, study_of

from workbench.implementers._catalogue import Blueprint, blueprint, catalogue
from workbench.implementers.blueprint import implement
from workbench.records import Draft
from workbench.spec import Spec

SENTENCES = {
    "cross_entropy": "a cross entropy",
    "length_bucketed_pairs": "a data set of pairs of token sequences",
    "macro_f1": "a macro F1 score",
    "relative_attention": "attention",
    "resnet": "a residual network",
    "training_loop": "a training loop",
    "transformer_text_classifier": "a text classifier",
}


def in_pairs(one: Blueprint) -> list[dict[str, str]]:
    """Choose ways to make the choices such that each two words of two choices meet once."""
    ways = one.combinations()
    pairs = {tuple(sorted(way.items())): set(combinations(sorted(way.items()), 2)) for way in ways}
    chosen, open_ = [ways[0]], set[object]().union(*pairs.values())
    while open_:
        chosen.append(max(ways, key=lambda way: len(pairs[tuple(sorted(way.items()))] & open_)))
        open_ -= pairs[tuple(sorted(chosen[-1].items()))]
    return chosen


def draft_of(
    one: Blueprint, choices: dict[str, str], stem: str, target: PlainTarget | None = None
) -> Draft:
    spec = one.bound(choices).model_copy(update={"text": SENTENCES[one.name]})
    study = study_of(docstring_style="google", line_length=88)
    return next(implement(spec, study, target or PlainTarget(place(stem))))


def lay(folder: Path, draft: Draft) -> None:
    (folder / "src/house").mkdir(parents=True, exist_ok=True)
    (folder / "src/house/__init__.py").touch()
    for role in ("module", "test"):
        for path, source in draft.files(role).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(source)


def run(folder: Path, *options: str) -> dict[str, dict[str, str]]:
    """Run the tests of a folder in a process of their own; give each file's outcomes."""
    report = folder / "report.xml"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"),
            *("-o", f"pythonpath={folder / 'src'}", "--rootdir", str(folder)),
            *(f"--junit-xml={report}", str(folder / "tests"), *options),
        ],
        capture_output=True,
        check=False,
        env={"OMP_NUM_THREADS": "1", "PATH": ""},
        timeout=280,
    )
    outcomes: dict[str, dict[str, str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        stem = str(case.get("classname")).rpartition(".")[2]
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if kinds else "passed"
        outcomes.setdefault(stem, {})[str(case.get("name"))] = outcome
    return outcomes


def failures(outcomes: dict[str, str]) -> set[str]:
    return {name for name, outcome in outcomes.items() if outcome == "failed"}


def test_they_pass_on_every_blueprint_as_it_is_by_default(tmp_path):
    for one in catalogue():
        lay(tmp_path, draft_of(one, one.defaults, one.name))
    outcomes = run(tmp_path)
    assert set(outcomes) == {f"test_{one.name}" for one in catalogue()}
    for stem, found in outcomes.items():
        assert failures(found) == set(), stem
        skipped = {name for name, outcome in found.items() if outcome == "skipped"}
        assert "test_on_a_gpu_as_on_the_cpu" in skipped or "pairs" in stem
        assert skipped <= {"test_on_a_gpu_as_on_the_cpu", "test_a_call_gives_its_memory_back"}


@pytest.mark.slow
def test_they_pass_whatever_two_choices_meet(tmp_path):
    for one in catalogue():
        for choices in in_pairs(one):
            lay(tmp_path, draft_of(one, choices, "_".join([one.name, *choices.values()])))
    for stem, found in run(tmp_path).items():
        assert failures(found) == set(), stem


TEXT = ("transformer_text_classifier", {})
POST = (
    "transformer_text_classifier",
    {"norm": "post", "positions": "sinusoidal", "pooling": "max"},
)
SHAW = ("relative_attention", {})
T5 = ("relative_attention", {"positions": "t5", "causal": "yes"})
ALIBI = ("relative_attention", {"positions": "alibi"})
ROTARY = ("relative_attention", {"positions": "rotary", "causal": "yes"})
RESNET = ("resnet", {"channel_attention": "squeeze_excitation"})
NARROW = ("resnet", {"block": "bottleneck", "stem": "cifar", "zero_init_residual": "yes"})
CROSS = ("cross_entropy", {})
MACRO = ("macro_f1", {})
PAIRS = ("length_bucketed_pairs", {})
LOOP = ("training_loop", {})
# What is wrong, in which module, and which code becomes which.
MUTANTS = [
    ("mask dropped", TEXT, "attn_mask=visible", "attn_mask=None"),
    ("mask not in pooling", TEXT, "masked_fill(~mask[:, :, None], 0.0)", "clone()"),
    ("residual dropped", TEXT, "hidden = hidden + self.dropout(attended)", "hidden = attended"),
    ("one head", TEXT, "(self.num_heads, -1)", "(1, -1)"),
    (
        "heads not moved back",
        TEXT,
        "gathered.transpose(1, 2).flatten(2)",
        "gathered.flatten(1, 2).view_as(hidden)",
    ),
    ("no scale", TEXT, "dropout_p=dropout", "dropout_p=dropout, scale=1.0"),
    ("other activation", TEXT, "nn.GELU()", "nn.ReLU()"),
    ("positions dropped", TEXT, "hidden + self.position_embedding(position)", "hidden"),
    ("final norm dropped", TEXT, "hidden = self.final_norm(hidden)", "hidden = 1.0 * hidden"),
    ("layer skipped", TEXT, "for block in self.blocks:", "for block in self.blocks[1:]:"),
    ("detached branch", TEXT, "self.dropout(attended)", "self.dropout(attended.detach())"),
    ("dropout in evaluation", TEXT, "self.dropout if self.training else 0.0", "self.dropout"),
    ("no attention dropout", TEXT, "self.dropout if self.training else 0.0", "0.0"),
    ("other default", TEXT, "num_heads: int = 8", "num_heads: int = 4"),
    ("bias added", TEXT, "bias=False", "bias=True"),
    ("heads not checked", TEXT, "if embed_dim % num_heads != 0:", "if False:"),
    (
        "batch is mixed",
        TEXT,
        "self.head(self.pool(hidden, mask))",
        "self.head(self.pool(hidden, mask).cumsum(0))",
    ),
    ("made on the cpu", TEXT, "device=tokens.device", "device='cpu'"),
    (
        "post-norm before",
        POST,
        "self.attention_norm(hidden + self.dropout(attended))",
        "hidden + self.attention_norm(attended)",
    ),
    ("other wave length", POST, "10000.0", "1000.0"),
    ("maximum over padding", POST, "masked_fill(~mask[:, :, None], -math.inf)", "clone()"),
    (
        "distance turned round",
        SHAW,
        "position[None, :] - position[:, None]",
        "position[:, None] - position[None, :]",
    ),
    (
        "vectors of keys for values",
        SHAW,
        "self.keys(index), self.values(index)",
        "self.keys(index), self.keys(index)",
    ),
    ("clipped too early", SHAW, "clamp(0, ", "clamp(1, "),
    ("softmax over queries", SHAW, "dim=-1)", "dim=-2)"),
    (
        "output at padding",
        SHAW,
        "y if mask is None else y.masked_fill(~mask[:, :, None], 0.0)",
        "y",
    ),
    ("sees one ahead", T5, ".tril()", ".tril(1)"),
    ("bucket off by one", T5, "right=True", "right=False"),
    (
        "one slope for all",
        ALIBI,
        "head = torch.arange(num_heads",
        "head = 0 * torch.arange(num_heads",
    ),
    ("bias grows", ALIBI, "return (-(2.0", "return ((2.0"),
    ("keys not turned", ROTARY, "rotate(key, angles)", "key"),
    ("not causal", ROTARY, "is_causal=mask is None", "is_causal=False"),
    ("causal without mask only", ROTARY, "past & mask[:, None, None, :]", "mask[:, None, None, :]"),
    ("shortcut dropped", RESNET, "residual + self.shortcut(features)", "residual"),
    ("gate dropped", RESNET, "residual = self.gate(residual)", "residual = 1.0 * residual"),
    ("gate not squashed", RESNET, ".sigmoid()", ".tanh()"),
    ("average in the stem", RESNET, "F.max_pool2d", "F.avg_pool2d"),
    ("stride in every block", RESNET, "step = stride if index == 0 else 1", "step = stride"),
    ("width not doubled", RESNET, "base_width * 2**number", "base_width * (number + 1)"),
    (
        "norm after activation",
        RESNET,
        "F.relu(self.norm1(self.conv1(features)))",
        "self.norm1(F.relu(self.conv1(features)))",
    ),
    ("other spread at first", RESNET, 'mode="fan_out"', 'mode="fan_in"'),
    ("ignored in the divisor", CROSS, ".masked_fill(~counts, 0.0).sum()", ".sum()"),
    ("ignored in the sum", CROSS, "each = each.masked_fill(~counts, 0.0)", "each = 1.0 * each"),
    ("smoothed by a sum", CROSS, "cost.mean(", "cost.sum("),
    ("weights for nobody", CROSS, "log_p * weight", "log_p"),
    ("focused by a factor", CROSS, "miss**self.gamma", "(1 + miss * self.gamma)"),
    ("softmax over the batch", CROSS, "log_softmax(dim=1)", "log_softmax(dim=0)"),
    ("mean for every word", CROSS, 'not in ("mean", "sum", "none")', 'in ("meen!",)'),
    ("absent classes count", MACRO, "occurred.sum()", "torch.tensor(len(occurred))"),
    ("half merged", MACRO, "self.seen + other.seen.to", "self.seen + 0 * other.seen.to"),
    ("reset to one", MACRO, "self.seen = torch.zeros(", "self.seen = torch.ones("),
    ("last batch only", MACRO, "self.hits.to(right.device) + ", ""),
    ("recall for f1", MACRO, "self.counted(guess) + ", "self.counted(target) + "),
    ("padded on the left", PAIRS, "batch_first=True", "batch_first=True, padding_side='left'"),
    ("mask one too long", PAIRS, "places < lengths", "places <= lengths"),
    ("length of the source", PAIRS, "max(len(source), len(target))", "len(source)"),
    ("the same in each epoch", PAIRS, "self.epoch += 1", "pass"),
    ("last batch always dropped", PAIRS, "if self.drop_last or rest == 0", "if True"),
    ("clipped after the step", LOOP, "self.optimizer.step()", "pass"),
    ("not divided", LOOP, "(loss / together)", "loss"),
    ("divided by too many", LOOP, "(loss / together)", "(loss / self.accumulation)"),
    ("evaluates in training mode", LOOP, "self.model.eval()", "self.model.train()"),
    ("forgets random numbers", LOOP, "torch.set_rng_state", "print"),
    ("forgets momentum", LOOP, 'self.optimizer.load_state_dict(state["optimizer"])', "pass"),
    ("last norm not zero", NARROW, "nn.init.zeros_(self.norm3.weight)", "pass"),
    (
        "stride in the first convolution",
        NARROW,
        "in_channels, channels, 1, bias",
        "in_channels, channels, 1, stride=stride, bias",
    ),
]


QUICK = {
    *("mask dropped", "one head", "made on the cpu"),
    *("ignored in the divisor", "smoothed by a sum"),
    *("sees one ahead", "keys not turned", "shortcut dropped"),
    *("mask one too long", "divided by too many"),
}


@pytest.mark.parametrize(
    "mutants",
    [
        pytest.param([mutant for mutant in MUTANTS if mutant[0] in QUICK], id="some"),
        pytest.param(MUTANTS, id="all", marks=pytest.mark.slow),
    ],
)
def test_every_mutant_is_killed(tmp_path, mutants):
    """All in one process: each mutant is a module of its own, with its own copy of the tests."""
    drafts: dict[str, Draft] = {}
    (tmp_path / "tests").mkdir()
    for number, (label, (name, changes), before, after) in enumerate(mutants):
        one = blueprint(name)
        choices = {**one.defaults, **changes}
        key = "_".join([name, *choices.values()])
        if key not in drafts:
            drafts[key] = draft_of(one, choices, "subject")
            lay(tmp_path, drafts[key].model_copy(update={"cells": ()}))
        (module,) = drafts[key].files("module").values()
        (tests,) = drafts[key].files("test").values()
        assert before in module, label
        (tmp_path / f"src/house/mutant_{number}.py").write_text(module.replace(before, after))
        renamed = tests.replace("house.subject", f"house.mutant_{number}")
        (tmp_path / f"tests/test_mutant_{number}.py").write_text(renamed)
    outcomes = run(tmp_path, "-k", "not learns and not memory and not costs")
    survivors = [
        label
        for number, (label, *_) in enumerate(mutants)
        if not failures(outcomes[f"test_mutant_{number}"])
    ]
    assert survivors == []


def test_each_test_says_which_requirements_it_covers():
    one = blueprint("transformer_text_classifier")
    draft = draft_of(one, one.defaults, "thing")
    spec = one.bound(one.defaults)
    covered: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(draft.files("test")["tests/test_thing.py"])):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            text = ast.get_docstring(node) or ""
            assert text, node.name
            assert "Needs:" not in text
            for identifier in re.findall(r"R\d+", text):
                covered.setdefault(identifier, set()).add(node.name)
    assert set(covered) == set(spec.requires)


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.name)
def test_no_placeholder_and_nothing_of_the_workbench_is_left(one):
    source = draft_of(one, one.defaults, "thing").files("test")["tests/test_thing.py"]
    assert "workbench" not in source
    tree = ast.parse(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {name for name in names if name.isupper() and len(name) > 1} <= {
        "OPTIONS",
        "DEFAULTS",
        "PARTS",
    }
    assert "Subject" not in names


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.name)
def test_the_tests_are_clean(one, tmp_path):
    lay(tmp_path, draft_of(one, one.defaults, "thing"))
    settings = ["--isolated", "--select", "F,E,B,PT,SIM,RUF,UP,C4", "--config", "line-length=88"]
    done = subprocess.run(
        [RUFF, "check", *settings, "--output-format", "concise", str(tmp_path / "tests")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_names_of_inputs_and_sizes_are_those_of_the_spec(tmp_path):
    one = blueprint("transformer_text_classifier")
    text = one.bound(one.defaults).model_dump(mode="json")
    renamed = {
        **text,
        "text": "a text classifier",
        "sizes": {"b": "0..8", "t": "1..max_length"},
        "inputs": {"ids": 'int64 "b t" in 0..vocab_size-1', "keep?": 'bool "b t"'},
        "outputs": {"scores": 'float "b num_classes"'},
        "requires": [
            "batch independent",
            "padding invariant under keep",
            "position sensitive over t",
        ],
    }
    draft = next(implement(Spec.model_validate(renamed), study_of(), PlainTarget(place("thing"))))
    lay(tmp_path, draft)
    source = draft.files("test")["tests/test_thing.py"]
    assert "make_inputs(t=OPTIONS[" in source
    assert "keep=mask" in source
    assert failures(run(tmp_path, "-k", "not costs")["test_thing"]) == set()


def test_bare_tests_where_the_target_has_no_annotations():
    one = blueprint("relative_attention")
    target = PlainTarget(place("thing"), {"tests/test_a.py": "def test_a(x):\n    assert x\n"})
    source = draft_of(one, one.defaults, "thing", target).files("test")["tests/test_thing.py"]
    assert "->" not in source
    assert "from typing" not in source
