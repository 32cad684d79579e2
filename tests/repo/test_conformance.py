"""A draft beside the target's habits: what deviates is named, what is mechanical is repaired."""

from __future__ import annotations

import ast

import pytest
from repositories import draft, repository

from workbench.records import Cell
from workbench.repo import conformance, repair, study
from workbench.repo._docstrings import style_of
from workbench.repo._redocument import redocument

HEADER = "# Copyright 2026 The Authors. All rights reserved.\n"
LOSS = (
    HEADER
    + '''
"""{name}."""

from __future__ import annotations

import logging

import torch
import torch.nn.functional as F
from torch import nn

from pocketnet.losses.base import Loss
from pocketnet.registry import register

logger = logging.getLogger(__name__)


@register("{stem}")
class {name}(Loss):
    """Measures how far logits are from targets.

    Args:
        weight: How much it counts.
    """

    def __init__(self, weight: float | None = None) -> None:
        super().__init__()
        if weight is not None and weight < 0:
            raise ValueError(f"weight is {{weight}}, but must not be negative")
        self.weight = weight

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the loss.

        Args:
            logits: What the model says.
            targets: What is right.

        Returns:
            One number.
        """
        log_probabilities = F.log_softmax(logits, dim=-1)
        picked = log_probabilities.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        return -(picked * {number}).mean()
'''
)
NAMES = {"focal_loss": "FocalLoss", "dice_loss": "DiceLoss", "hinge_loss": "HingeLoss"}
BASE = '''
"""The base of all losses."""

from __future__ import annotations

from torch import nn


class Loss(nn.Module):
    """The base of all losses."""
'''
HELPER = '''
def masked_mean(values: torch.Tensor, mask: torch.Tensor, dim: int = -1) -> torch.Tensor:
    """Return the mean of the values that count."""
    kept = values.masked_fill(~mask, 0.0)
    count = mask.sum(dim=dim).clamp(min=1)
    return kept.sum(dim=dim) / count
'''
TARGET = {
    "pyproject.toml": "[project]\nname = 'pocketnet'\n"
    "[tool.ruff]\nline-length = 90\n[tool.ruff.format]\n",
    "pocketnet/__init__.py": "",
    "pocketnet/registry.py": HEADER
    + "\nfrom __future__ import annotations\n\n\ndef register(name: str) -> object: ...\n",
    "pocketnet/losses/__init__.py": "",
    "pocketnet/losses/base.py": HEADER + BASE,
    "pocketnet/reduction.py": HEADER
    + "\nfrom __future__ import annotations\n\nimport torch\n\n"
    + HELPER,
    **{
        f"pocketnet/losses/{stem}.py": LOSS.format(name=name, stem=stem, number=number)
        for number, (stem, name) in enumerate(NAMES.items(), start=1)
    },
    **{f"tests/losses/test_{stem}.py": "def test_it() -> None:\n    pass\n" for stem in NAMES},
}
PATH = "pocketnet/losses/cosine_loss.py"
OWN = """        wanted = F.one_hot(targets, logits.size(-1)).to(logits.dtype)
        similar = F.cosine_similarity(logits, wanted, dim=-1)
        return (1 - similar).clamp(min=0.0).pow(2).mean().sqrt()
"""
GOOD = LOSS.format(name="CosineLoss", stem="cosine_loss", number=9)
GOOD = GOOD[: GOOD.index("        log_probabilities")] + OWN


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return study(repository(tmp_path_factory.mktemp("t") / "target", TARGET))


@pytest.fixture(scope="module", autouse=True)
def _person(tmp_path_factory):
    """Git wants a name before the fixtures of single tests are there."""
    patch = pytest.MonkeyPatch()
    for who in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{who}_NAME", "Ada")
        patch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    yield
    patch.undo()


def rules(known, text, path=PATH):
    return [one.rule for one in conformance(known, draft({path: text})).deviations]


def test_code_as_the_authors_write_it_has_no_deviation(known):
    found = conformance(known, draft({PATH: GOOD}))
    assert found.deviations == ()
    assert found.score == 1.0
    assert len(found.looked) > 12


NUMPY = '''"""Return the loss.

        Parameters
        ----------
        logits
            It.
        """'''


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("licence header", HEADER, ""),
        ("future annotations", "from __future__ import annotations\n", ""),
        ("base class", "(Loss)", "(nn.Module)"),
        ("registry", '@register("cosine_loss")\n', ""),
        ("naming", "CosineLoss", "cosineLoss"),
        ("naming", "def forward", "def computeLoss"),
        ("docstring coverage", '"""Measures', '""\n    x = """Measures'),
        ("annotations", "logits: torch.Tensor,", "logits,"),
        ("annotation syntax", "float | None", "Optional[float]"),
        ("tensor name", "torch.Tensor", "Tensor"),
        (
            "framework imports",
            "import torch.nn.functional as F",
            "from torch.nn import functional as F",
        ),
        ("framework imports", "from torch import nn", "import torch.nn as nn"),
        ("import style", "from pocketnet.registry", "from ..registry"),
        ("import style", "from pocketnet.losses.base", "from .base"),
        (
            "errors",
            'raise ValueError(f"weight is {weight}, but must not be negative")',
            "assert False",
        ),
        ("progress", "self.weight = weight", "print(weight)"),
        ("progress", "logger = logging.getLogger(__name__)", "log = logging.getLogger('x')"),
        ("module __all__", "logger =", '__all__ = ["CosineLoss"]\nlogger ='),
        ("line length", "One number.", "One number." + "x" * 90),
        ("format", "min=0.0", "min = 0.0"),
        ("options documented in", "    Args:\n        weight: How much it counts.\n", ""),
    ],
)
def test_each_deviation_is_named_with_the_houses_way(known, rule, before, after):
    assert before in GOOD
    text = GOOD.replace(before, after)
    if rule == "options documented in":
        moved = '"""Make it.\n\n        Args:\n            weight: It.\n        """'
        text = text.replace("-> None:\n", f"-> None:\n        {moved}\n", 1)
    found = conformance(known, draft({PATH: text}))
    wrong = [one for one in found.deviations if one.rule == rule]
    assert wrong, found.deviations
    assert wrong[0].expected
    assert found.score < 1.0


def test_a_docstring_in_another_style_is_named(known):
    text = GOOD.replace('"""Return the loss.\n\n        Args:', NUMPY[:-3] + "\n\n        Args:")
    assert "docstring style" in rules(known, text)


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("pocketnet/losses/CosineLoss.py", GOOD, "file name"),
        (
            "tests/losses/test_cosine.py",
            "class TestIt:\n    def test_it(self): ...\n",
            "test style",
        ),
    ],
)
def test_files_and_tests_are_named_as_their_siblings(known, path, text, rule):
    assert rule in rules(known, text, path)


def test_what_is_mechanical_is_repaired(known):
    text = GOOD.replace(HEADER, "").replace("min=0.0", "min = 0.0").replace('"', "'")
    text = text.replace("'''", '"""').replace("from __future__ import annotations\n", "")
    made = draft({PATH: text})
    fixed = repair(known, made)
    assert conformance(known, fixed).deviations == ()
    assert fixed.hash != made.hash
    assert repair(known, fixed) == fixed


def test_the_header_is_put_only_on_top_of_a_file_of_several_cells(known):
    cells = (
        Cell(id="a", role="module", path=PATH, source="A = 1\n"),
        Cell(id="b", role="module", path=PATH, source="B = 1\n"),
    )
    fixed = repair(known, draft({PATH: ""}).model_copy(update={"cells": cells}))
    assert fixed.files("module")[PATH].count("Copyright") == 1


@pytest.mark.parametrize("source", ["def (:\n", "\0", "x = '\ud800'\n"])
def test_what_is_no_python_stays_and_has_no_rule(known, source):
    made = draft({PATH: source})
    assert repair(known, made).cells[0].source.strip() == source.strip()
    conformance(known, made)


RENAMED = HELPER.replace("masked_mean", "average").replace("kept", "a").replace("values", "x")


@pytest.mark.parametrize(
    "text",
    [HELPER, RENAMED, RENAMED.replace('    """Return the mean of the values that count."""\n', "")],
)
def test_a_utility_that_the_target_has_is_found_under_another_name(known, text):
    found = conformance(known, draft({PATH: "import torch\n" + text})).deviations
    again = [one for one in found if one.rule == "reinvented"]
    assert [one.expected for one in again] == ["from pocketnet.reduction import masked_mean"]
    assert again[0].evidence[0].path == "pocketnet/reduction.py"


@pytest.mark.parametrize(
    ("before", "after"), [("0.0", "1.0"), ("kept.sum", "kept.amax"), ("/ count", "* count")]
)
def test_what_computes_something_else_is_not_the_same(known, before, after):
    found = conformance(known, draft({PATH: "import torch\n" + HELPER.replace(before, after)}))
    seen = [one.seen for one in found.deviations if one.rule == "reinvented"]
    assert not any("is the same" in text for text in seen)


def test_a_small_function_is_nobodys(known):
    text = "def register(name: str) -> object: ...\n"
    assert "reinvented" not in rules(known, text)


GOOGLE = '''def f(a, b):
    """Do it.

    More words.

    Args:
        a (int): The first,
            over two lines.
        b: The second.

    Returns:
        int: The sum.

    Raises:
        ValueError: Never.
    """
    return a + b
'''


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
@pytest.mark.parametrize("through", ["google", "numpy", "rest"])
def test_docstrings_go_into_every_style_and_lose_nothing(through, style):
    made = redocument(redocument(GOOGLE, through), style)
    docstring = ast.get_docstring(ast.parse(made).body[0]) or ""
    assert style_of(docstring) == style
    for word in (
        "More words.",
        "The first,",
        "over two lines.",
        "int",
        "The sum.",
        "ValueError",
        "Never.",
    ):
        assert word in docstring
    if style == "google":
        assert made == GOOGLE


@pytest.mark.parametrize(
    "docstring",
    ["Args:\n        a: x\n\n    And then prose.", "Just prose.", "Args:\n        no entry at all"],
)
def test_a_docstring_that_is_not_understood_stays(docstring):
    source = f'def f(a):\n    """{docstring}\n    """\n'
    assert redocument(source, "numpy") == source
