"""Contracts that are inferred from code: right where it can be seen, refused where it cannot."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.inference import Inferred, infer
from workbench.sandbox import Worker

Infer = Callable[..., Inferred]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as warm:
        yield warm


@pytest.fixture
def of(worker: Worker, tmp_path: Path) -> Infer:
    def infer_of(body: str, name: str = "", **files: str) -> Inferred:
        texts = {"src/house/__init__.py": "", "src/house/part.py": HEAD + textwrap.dedent(body)}
        texts |= {f"{place.replace('__', '/')}.py": text for place, text in files.items()}
        for path, text in texts.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "x", "--allow-empty"], check=True)
        return infer(tmp_path, "src/house/part.py", worker, name=name)

    return infer_of


HEAD = "import torch\nfrom torch import nn\n\n\n"
ATTENTION = '''
    class Mix(nn.Module):
        """Mix.

        Args:
            x: Features, shape (batch, time, width).
        """

        def __init__(self, width=512, *, heads=8, out=512):
            super().__init__()
            assert width % heads == 0
            self.heads, self.project = heads, nn.Linear(width, out)

        def forward(self, x):
            return self.project(x.cumsum(dim=1))
'''


def test_sizes_and_widths_are_found_by_runs(of):
    spec = of(ATTENTION).spec
    assert (spec.name, spec.existing) == ("Mix", "src/house/part.py")
    assert dict(spec.options) == {"width": 32, "heads": 8, "out": 32}
    assert str(spec.inputs["x"]) == 'float "batch time width"'
    assert str(spec.outputs["y"]) == 'float "batch time out"', "two equal widths are told apart"
    assert spec.sizes["time"].bounds(spec.options) == (1, 24, 1)
    assert [line.text for line in spec.requires.values()] == ["batch independent"]


def test_words_of_the_code_are_requirements_where_they_hold_and_else_concerns(of):
    causal = ATTENTION.replace("Mix.\n", "A causal mix.\n")
    found = of(causal)
    assert "causal over time" in {line.text for line in found.spec.requires.values()}
    assert any("'A causal mix.' (src/house/part.py:7)" in line for line in found.evidence)
    broken = of(causal.replace("x.cumsum(dim=1)", "x + x.mean(dim=1, keepdim=True)"))
    assert "causal over time" not in {line.text for line in broken.spec.requires.values()}
    assert [note.text for note in broken.concerns] == [
        "Words and code differ: src/house/part.py:7 says 'A causal mix.'"
    ]


def test_images_shrink_and_the_law_is_seen(of):
    spec = of("""
        class Halve(nn.Module):
            def __init__(self, in_channels, out_channels=6):
                super().__init__()
                self.conv = nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1)

            def forward(self, image):
                return self.conv(image)
    """).spec
    assert str(spec.inputs["image"]) == 'float "batch in_channels height columns"'
    assert str(spec.outputs["y"]) == 'float "batch out_channels (height+1)//2 (columns+1)//2"'


def test_tokens_are_integers_below_the_vocabulary(of):
    spec = of("""
        class Embed(nn.Module):
            def __init__(self, vocab_size=1000, dim=16):
                super().__init__()
                self.table = nn.Embedding(vocab_size, dim)

            def forward(self, tokens):
                return self.table(tokens)
    """).spec
    assert str(spec.inputs["tokens"]) == 'int64 "batch time" in 0..vocab_size - 1'
    assert spec.options["vocab_size"] < 64


CALLED = """
    class Scale(nn.Module):
        def __init__(self, width, rate, mode):
            super().__init__()
            if mode not in ("soft", "hard"):
                raise ValueError(f"mode {mode!r}")
            self.weight = nn.Parameter(torch.ones(width))

        def forward(self, x):
            return x * self.weight
"""


def test_what_has_no_default_comes_from_callers_and_settings(of):
    caller = "def build(rate):\n    return Scale(12, rate, mode='hard')\n"
    found = of(CALLED, src__house__model=caller)
    assert dict(found.spec.options) == {"width": 12, "rate": 0.0, "mode": "hard"}


def test_a_caller_that_must_fail_is_passed_over(of):
    tests = "def test():\n    Scale(7, 0.5, 'sort')\n    Scale(7, 0.5, 'soft')\n"
    assert of(CALLED, tests__test_part=tests).spec.options["mode"] == "soft"


def test_a_suspected_bug_is_a_concern_and_an_exemption_with_its_reason(of):
    found = of("""
        class Forgetful(nn.Module):
            def __init__(self, dim=8):
                super().__init__()
                self.used, self.spare = nn.Linear(dim, dim), nn.Linear(dim, dim)

            def forward(self, x):
                return self.used(x - x.mean(dim=0))
    """)
    assert not found.spec.requires, "its examples see each other"
    assert found.concerns
    assert {note.about for note in found.concerns} == set(found.spec.allows)
    assert all("suspected bug" in reason for reason in found.spec.allows.values())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def f(x):\n    return x\n", "no class with a forward"),
        ("class A(:\n", "is not Python"),
        (CALLED.replace("mode)", "mode: dict)"), "mode has no default"),
        (
            "class A(nn.Module):\n    def forward(self, x):\n        return x @ torch.ones(97)\n",
            "no input that was tried fits A",
        ),
        ("class A(nn.Module):\n    def forward(self):\n        return 1\n", "needs no tensor"),
    ],
)
def test_what_cannot_be_inferred_is_said(of, body, said):
    with pytest.raises(UsageError, match=said):
        of(body)


def test_a_configuration_gives_the_options_and_several_outputs_are_no_bug(of):
    found = of("""
        from dataclasses import dataclass

        @dataclass
        class Settings:
            width: int = 16
            depth: int = 2
            seed: int = 3

        class Mix(nn.Module):
            def __init__(self, settings: Settings):
                super().__init__()
                self.maps = nn.ModuleList(
                    nn.Linear(settings.width, settings.width) for _ in range(settings.depth)
                )

            def forward(self, x):
                for each in self.maps:
                    x = x + torch.tanh(each(x))
                return x, None
    """)
    assert found.spec.options == {"width": 16, "depth": 2}
    assert "the first is looked at" in found.spec.allows["output_shape"]
    assert found.concerns == ()


def test_a_class_can_be_named(of):
    two = (
        ATTENTION
        + "\n\n    class Other(nn.Module):\n        def forward(self, x):\n            return x\n"
    )
    assert of(two, name="Mix").spec.name == "Mix"
    with pytest.raises(UsageError, match="did you mean 'Other'"):
        of(two, name="Othr")


LOSS = """
    class Squared(nn.Module):
        def __init__(self, reduction="mean"):
            super().__init__()
            self.reduction = reduction

        def forward(self, prediction, target):
            each = (prediction - target) ** 2
            return {"mean": each.mean(), "sum": each.sum(), "none": each}[self.reduction]


    class SquaredLoss(Squared):
        pass
"""
METRIC = """
    class Recall:
        def __init__(self, num_classes=3):
            self.num_classes = num_classes
            self.reset()

        def reset(self):
            self.hits, self.seen = torch.zeros(2, self.num_classes)

        def update(self, prediction, target):
            self.seen += torch.bincount(target, minlength=self.num_classes)
            self.hits += torch.bincount(target[prediction == target], minlength=self.num_classes)

        def compute(self):
            return (self.hits / self.seen.clamp(min=1)).sum() / (self.seen > 0).sum().clamp(min=1)
"""
DATA = """
    class Sentences(torch.utils.data.Dataset):
        def __init__(self, tokens, labels, longest=12, pad=0):
            self.tokens, self.labels, self.longest, self.pad = tokens, labels, longest, pad

        def __len__(self):
            return len(self.tokens)

        def __getitem__(self, index):
            return self.tokens[index][: self.longest], self.labels[index]

        def collate_fn(self, items):
            rows = [row for row, _ in items]
            padded = nn.utils.rnn.pad_sequence(rows, True, self.pad, "left")
            return padded, torch.stack([label for _, label in items])
"""
LOOP = """
    def train(net, train_loader, criterion, optim, clip=0.5, num_epochs=1):
        for _ in range(num_epochs):
            net.train()
            for batch in train_loader:
                optim.zero_grad()
                criterion(net(batch["x"]), batch["label"]).backward()
                nn.utils.clip_grad_norm_(net.parameters(), clip)
                optim.step()
"""


@pytest.mark.parametrize(
    ("code", "kind", "lines"),
    [
        (LOSS, "loss", {"non-negative", "symmetric", "mean over == elements"}),
        (METRIC, "metric", {"perfect value == 1", "empty value == 0"}),
        (
            DATA,
            "dataset",
            {
                "part0 equals tokens[item][:longest]",
                "part1 equals labels[item]",
                "padding side == left",
                "padding value == pad",
            },
        ),
        (LOOP, "training", {"gradient norm <= clip"}),
    ],
    ids=["loss", "metric", "dataset", "training"],
)
def test_every_kind_has_its_contract(of, code, kind, lines):
    spec = of(code).spec
    assert spec.kind == kind
    assert lines <= {line.text for line in spec.requires.values()}
    named = {"loss": {"prediction", "target"}, "metric": {"prediction", "target"}}
    named |= {"dataset": {"tokens", "labels"}, "training": {"x", "label"}}
    assert spec.inputs.keys() == named[kind]


def test_a_loop_that_leaks_gradients_is_a_concern_and_no_expectation(of):
    found = of(LOOP.replace("                optim.zero_grad()\n", ""))
    assert [note.about for note in found.concerns] == ["gradients_cleared"]
    assert "suspected bug" in found.spec.allows["gradients_cleared"]
