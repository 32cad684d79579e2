"""What the tests of all blueprints share: contracts with their choices bound."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest
import torch
from ruamel.yaml import YAML

from workbench import registry
from workbench.spec import Expression

LITERALS = ("CONTRACT", "CHOICES", "WHEN", "WORDS", "ASSUMPTIONS")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def literals() -> Callable[[str], dict[str, Any]]:
    """Read a blueprint's literals from its text, as the host does."""

    def read(name: str) -> dict[str, Any]:
        found = {}
        for node in ast.parse(registry.source("blueprints", name)).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in LITERALS:
                found[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
        return found

    return read


@pytest.fixture(scope="session")
def quantity() -> Callable[[ModuleType, str, Mapping[str, Any]], int]:
    """Compute what a blueprint's contract promises of a quantity."""

    def compute(blueprint: ModuleType, phrase: str, values: Mapping[str, Any]) -> int:
        requires = YAML(typ="safe").load(blueprint.CONTRACT)["requires"]
        found = [
            line.split(" == ") for line in requires.values() if line.startswith(f"{phrase} ==")
        ]
        assert len(found) == 1, f"{phrase!r} is not promised once"
        return Expression(" == ".join(found[0][1:])).value(values)

    return compute


def gradients(module: torch.nn.Module, output: torch.Tensor) -> dict[str, torch.Tensor | None]:
    """Give every parameter's gradient for a random direction of the output."""
    module.zero_grad()
    output.backward(torch.randn_like(output))
    return {name: parameter.grad for name, parameter in module.named_parameters()}


@pytest.fixture(scope="session")
def assert_gradients_reach() -> Callable[[torch.nn.Module, torch.Tensor], None]:
    """Demand a finite gradient above rounding noise for every parameter, in float64."""

    def check(module: torch.nn.Module, output: torch.Tensor) -> None:
        assert output.dtype == torch.float64
        for name, gradient in gradients(module, output).items():
            assert gradient is not None, f"{name} has no gradient"
            assert gradient.isfinite().all(), f"{name} has a gradient that is not finite"
            assert gradient.abs().max() > 1e-9, f"{name} gets rounding noise only"

    return check


@pytest.fixture
def assert_round_trip(tmp_path: Any) -> Callable[[torch.nn.Module, torch.nn.Module], None]:
    """Save one module, load it into another of the same options, and demand the same state."""

    def check(module: torch.nn.Module, other: torch.nn.Module) -> None:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(0.1)
        torch.save(module.state_dict(), tmp_path / "state.pt")
        other.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True), strict=True)
        for name, value in module.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name

    return check
