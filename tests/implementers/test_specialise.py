from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from plain_target import RUFF, PlainTarget, place, study_of

from workbench.implementers._catalogue import Blueprint, catalogue, from_source
from workbench.implementers._demands import demands
from workbench.implementers._small import small_options
from workbench.implementers._specialise import Order, reduced, specialise
from workbench.records import Finding, Study

SAMPLE = '''"""Sample: round or square."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

CONTRACT = """
name: Sample
text: A sample.
options: {width: 8, corner: 2}
requires: {R1: shape == round}
"""
CHOICES = {"shape": ["round", "square"], "sign": ["no", "yes"]}
WHEN = [{"choice": "shape", "is": ["square"], "options": {"corner": 2}}]
WORDS = {"nouns": ["sample"], "options": {}, "choices": {}, "names": {}, "neutral": []}
ASSUMPTIONS = []

SHAPES = ("round", "square")


class Corner(nn.Module):
    """A corner of a Sample."""

    def __init__(self, corner: int, *, sign: str = "no") -> None:
        super().__init__()
        self.corner = corner
        self.sign = sign

    def forward(self, x: Tensor) -> Tensor:
        # Which way?
        return -x * self.corner if self.sign == "yes" else x * self.corner


class Ring(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * math.pi


class Sample(nn.Module):
    """Be a sample.

    Args:
        width: How wide.
        corner: How sharp.
        shape: ``"round"`` or ``"square"``.
        sign: ``"yes"`` turns it round.

    Example:
        >>> Sample(width=3)(torch.ones(3))
        tensor([9.4248, 9.4248, 9.4248])
    """

    def __init__(
        self,
        *,
        width: int = 8,
        corner: int = 2,
        shape: str = "round",
        sign: str = "no",
    ) -> None:
        super().__init__()
        if shape not in ("round", "square"):
            raise ValueError(f"shape must be one of {SHAPES}, got {shape!r}")
        if width < 1:
            raise ValueError(f"a {shape} Sample must be wide, got {width}")
        self.shape = shape
        self.width = width
        if shape == "square":
            self.part = Corner(corner, sign=sign)
        else:
            # A ring has no corner.
            self.part = Ring()
        self.note = "kept"

    def forward(self, x: Tensor) -> Tensor:
        """Do it.

        Args:
            x: Values, shape (width,).

        Returns:
            Values, same shape.
        """
        self._check(x)
        if self.shape == "square":
            return self._sharp(x)
        elif self.shape == "round" and x.dim() > 0:
            return self.part(x)
        else:
            raise ValueError("x must have an axis")

    def public(self) -> None:
        """Do nothing; nobody here calls it."""

    def _sharp(self, x: Tensor) -> Tensor:
        scale = torch.ones(())
        return self.part(x) * scale

    def _check(self, x: Tensor) -> None:
        if x.shape[-1] != self.width:
            raise ValueError(f"x must be {self.width} wide")
'''
SAMPLE_BLUEPRINT = from_source("sample", SAMPLE)
POCKET = study_of(
    docstring_style="numpy", line_length=96, future_annotations=False, python=">=3.10"
)


def made(
    shape: str = "round",
    sign: str = "no",
    *,
    name: str = "Sample",
    study: Study | None = None,
    base: str = "",
    inputs: Mapping[str, str] | None = None,
    width: int = 4,
) -> str:
    choices = {"shape": shape, "sign": sign}
    options = {**SAMPLE_BLUEPRINT.options(choices), "width": width}
    order = Order(name, "model", choices, options, inputs or {})
    target = PlainTarget(place(base=base))
    return specialise(SAMPLE_BLUEPRINT, order, study or study_of(), target)


def test_only_the_chosen_branch_is_left():
    text = made("round")
    assert "Ring()" in text
    assert "# A ring has no corner." in text
    for word in ("shape:", "corner: ", "Corner", "_sharp", "SHAPES", "\nimport torch\n", "sign"):
        assert word not in text, word


def test_the_other_branch_is_left_when_it_is_chosen():
    text = made("square", "yes")
    assert "self.part = Corner(corner)" in text
    assert "return -x * self.corner" in text
    assert "Which way?" in text
    for word in ("Ring", "math", "sign", "A ring"):
        assert word not in text, word


def test_the_literals_are_gone_and_values_are_defaults():
    text = made(width=5)
    assert "CONTRACT" not in text
    assert "width: int = 5" in text
    assert "corner" not in text.replace("A ring has no corner", "")


def test_what_was_never_used_inside_stays():
    text = made()
    assert "def public" in text
    assert 'self.note = "kept"' in text


def test_a_message_names_the_choice_that_was_made():
    assert 'f"a square Sample must be wide' in made("square")


def test_the_main_class_gets_its_name_everywhere():
    text = made(name="Thing")
    assert "class Thing(nn.Module)" in text
    assert ">>> Thing(width=3)" in text
    assert "Sample" not in text.replace('"""Sample', "")


def test_a_part_of_the_same_name_makes_room():
    text = made("square", name="Corner")
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert names == ["CornerPart", "Corner"]
    assert "CornerPart(corner)" in text


def test_inputs_get_the_names_of_the_spec():
    text = made(inputs={"x": "values"})
    assert "def forward(self, values: Tensor)" in text
    assert "values must be {self.width} wide" in text
    assert "values: Values" in text
    assert "values.shape[-1]" in text
    assert "return x * math.pi" in text  # the other class has an x of its own


def test_the_base_class_of_the_target_is_taken_for_the_main_class_alone():
    text = made("square", base="house.models.base.Model")
    assert "from house.models.base import Model" in text
    assert "class Sample(Model)" in text
    assert "class Corner(nn.Module)" in text
    assert "super().__init__()" in text


def test_a_relative_import_where_the_target_has_them():
    text = made(base="house.models.base.Model", study=study_of(import_style="relative"))
    assert "from .models.base import Model" in text


def test_a_base_class_with_the_name_of_a_part_gets_another():
    text = made("square", base="house.base.Corner")
    assert "from house.base import Corner as BaseCorner" in text
    assert "class Sample(BaseCorner)" in text


def test_the_class_is_registered_as_the_target_does():
    registry = {
        "form": "decorator",
        "on": "class",
        "text": "@register('{name}')",
        "import": "from house.registry import register",
        "name": "snake_case",
    }
    text = made(study=study_of(model_registry=registry))
    assert "from house.registry import register" in text
    assert '@register("thing")\nclass Sample' in text
    assert "@register" not in made(study=study_of(layer_registry=registry))


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ({"docstring_style": "numpy"}, "    width : int\n        How wide."),
        ({"docstring_style": "rest"}, ":param width: How wide."),
        ({"docstring_style": "google"}, "    Args:\n        width: How wide."),
        ({"tensor_name": "torch.Tensor"}, "def forward(self, x: torch.Tensor) -> torch.Tensor:"),
        ({"nn_import": "import torch.nn as nn"}, "import torch.nn as nn\nfrom torch import Tensor"),
        ({"licence_header": "# Copyright nobody"}, "# Copyright nobody\n"),
        ({"init_re-exports": "star"}, '__all__ = ["Sample"]'),
        ({"future_annotations": True}, "from __future__ import annotations"),
        ({"future_annotations": False, "python": ">=3.8"}, "from __future__ import annotations"),
    ],
)
def test_habits_of_the_target_are_followed(findings, expected):
    assert expected in made(study=study_of(**findings))


def test_modules_name_what_they_export_where_others_do():
    study = Study(root=".", findings=(Finding(topic="module __all__", value=True),))
    assert '__all__ = ["Sample"]' in made(study=study)


def test_the_future_import_goes_where_it_is_not_needed():
    study = study_of(future_annotations=False, python=">=3.10")
    assert "__future__" not in made(study=study)


def test_a_hostile_import_habit_is_not_followed():
    text = made(study=study_of(nn_import="import os; os.system('x')"))
    assert "os" not in {
        alias.name
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Import)
        for alias in n.names
    }


def test_the_indentation_of_the_target_is_taken():
    tree = reduced(SAMPLE_BLUEPRINT, SAMPLE_BLUEPRINT.defaults)
    assert "\n    def forward" in tree.code

    class Tabs(PlainTarget):
        def format(self, path: str, source: str) -> str:
            return source

    order = Order("Sample", "model", SAMPLE_BLUEPRINT.defaults, {"width": 4}, {})
    text = specialise(SAMPLE_BLUEPRINT, order, study_of(indentation=2), Tabs(place()))
    assert "\n  def forward" in text
    assert '\n    """Do it.\n\n    Args:' in text


ALL = [(blueprint, made) for blueprint in catalogue() for made in blueprint.combinations()]


def _stem(blueprint: Blueprint, choices: Mapping[str, str]) -> str:
    return "_".join([blueprint.name, *choices.values()])


@pytest.fixture(scope="module")
def combinations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Specialise every combination of choices, in a style that no blueprint has itself."""
    folder = tmp_path_factory.mktemp("combinations")
    for blueprint, choices in ALL:
        stem = _stem(blueprint, choices)
        order = Order("Thing", "model", choices, blueprint.options(choices), {})
        study = study_of(docstring_style="numpy", line_length=88, tensor_name="torch.Tensor")
        target = PlainTarget(place(stem), width=88, quotes="single")
        (folder / f"{stem}.py").write_text(specialise(blueprint, order, study, target))
    return folder


def _trees(folder: Path) -> Iterator[tuple[ast.Module, Blueprint, dict[str, str]]]:
    for blueprint, choices in ALL:
        text = (folder / f"{_stem(blueprint, choices)}.py").read_text()
        yield ast.parse(text), blueprint, choices


def _small(blueprint: Blueprint, choices: Mapping[str, str]) -> dict[str, Any]:
    spec = blueprint.bound(choices)
    asked = demands(reduced(blueprint, choices).code, blueprint.text["name"])
    return small_options(
        spec, spec.options, lambda options: not any(demand.refuses(options) for demand in asked)
    )


PROBE = """
import doctest, importlib, json, sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
found = {}
for stem, options in json.loads(sys.argv[2]).items():
    module = importlib.import_module(stem)
    thing = module.Thing(**options)
    failed = doctest.testmod(module).failed
    found[stem] = [sum(p.numel() for p in thing.parameters()), failed]
print(json.dumps(found))
"""


def test_every_combination_imports_and_has_the_promised_parameters(combinations):
    small, expected = {}, {}
    for blueprint, choices in ALL:
        if blueprint.contract.kind not in ("model", "layer"):
            continue  # it has no parameters to promise
        stem = _stem(blueprint, choices)
        small[stem] = _small(blueprint, choices)
        lines = blueprint.bound(choices).requires.values()
        line = next(line for line in lines if line.phrase == "parameters")
        expected[stem] = [line.expression.value(small[stem]), 0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE, str(combinations), json.dumps(small)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == expected, done.stdout


def test_no_combination_leaves_anything_unused(combinations):
    rules = "F,I,B,UP,PIE,RET502,RET503,SIM,C4,D2,D3,D4"
    done = subprocess.run(
        [
            *(RUFF, "check", "--isolated", "--select", rules, "--ignore", "D203,D213,D413,D416"),
            *("--output-format", "concise", str(combinations)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_combination_has_a_line_that_is_too_long(combinations):
    for path in combinations.glob("*.py"):
        for line in path.read_text().split("\n"):
            assert len(line) <= 88 or line.lstrip().startswith((">>>", "...")), line


def test_no_combination_leaves_the_name_of_a_choice(combinations):
    for tree, blueprint, choices in _trees(combinations):
        arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arguments)]
        kept = {one.arg for node in arguments for one in [*node.args, *node.kwonlyargs]}
        passed = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        assert not (kept | passed) & set(choices), blueprint.name


def test_no_combination_leaves_a_definition_without_use(combinations):
    for tree, blueprint, _ in _trees(combinations):
        kinds = ast.ClassDef | ast.FunctionDef
        there = {node.name for node in tree.body if isinstance(node, kinds)}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert "Thing" in there, blueprint.name
        assert there - {"Thing"} <= used, blueprint.name


def test_options_without_meaning_are_gone(combinations):
    for tree, blueprint, choices in _trees(combinations):
        found = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        members = {n.name: n for n in found["Thing"].body if isinstance(n, ast.FunctionDef)}
        start = members["__init__"].args
        names = {one.arg for one in [*start.args[1:], *start.kwonlyargs]}
        spec = blueprint.bound(choices)
        given = {*spec.inputs, *spec.roles.values()}  # what it is built from besides options
        assert names - given == set(blueprint.options(choices)) - given
