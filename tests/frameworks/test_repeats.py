"""Repeated blocks answer from memory only where nobody could tell the difference."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from torch import Tensor, nn

from workbench.frameworks import torch as framework


class Block(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.widen, self.narrow = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.narrow(self.widen(x).relu())


class Stack(nn.Module):
    def __init__(self, hidden: list[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(8, each) for each in hidden)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Leaving(Block):
    """Leaves its result where the stack picks it up."""

    def forward(self, x: Tensor) -> Tensor:
        self.left = super().forward(x)
        return x


class Collecting(Stack):
    def __init__(self, hidden: list[int]) -> None:
        super().__init__(hidden)
        self.blocks = nn.ModuleList(Leaving(8, each) for each in hidden)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            block(x)
        return sum(block.left for block in self.blocks)


@pytest.fixture
def outline() -> Any:
    module = ModuleType("repeats")
    module.Stack, module.Collecting = Stack, Collecting  # type: ignore[attr-defined]
    sys.modules["repeats"] = module

    def ask(name: str, hidden: list[int], *, whole: bool) -> dict[str, Any]:
        framework.forget()
        of = {"module": "repeats", "name": name, "options": {"hidden": hidden}, "seed": 0}
        asked = {"of": {**of, "dtype": "float32", "device": "meta"}, "order": ["x"]}
        shapes = {"x": [[3, 8], "float32"]}
        found = framework.answer(
            "outline", {**asked, "returns": ["y"], "shapes": shapes, "whole": whole}
        )
        return {key: value for key, value in found.items() if key != "peak"}

    yield ask
    framework.forget()
    del sys.modules["repeats"]


@pytest.mark.parametrize("hidden", [[16] * 9, [16, 16, 16, 32, 32, 32, 32, 16], [4, 5, 6, 7, 8]])
def test_what_is_remembered_is_what_really_runs(hidden, outline):
    assert outline("Stack", hidden, whole=False) == outline("Stack", hidden, whole=True)


def test_operations_and_bytes_are_those_of_the_closed_form(outline):
    found = outline("Stack", [16] * 9, whole=False)
    assert found["flops"] == 9 * 2 * (2 * 3 * 8 * 16)
    # Each block keeps its input and the rectified values, which also say where they were cut off.
    assert found["saved"] == 9 * 4 * 3 * (8 + 16)
    assert [step["name"] for step in found["flow"]].count("blocks.7.widen") == 1


def test_blocks_that_leave_something_behind_all_run(outline):
    found = outline("Collecting", [16] * 6, whole=False)
    assert found["outputs"] == {"y": [[3, 8], "float32"]}
    assert len(found["flow"]) == len(outline("Collecting", [16] * 6, whole=True)["flow"])
