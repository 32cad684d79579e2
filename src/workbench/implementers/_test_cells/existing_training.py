"""Tests of a training loop that is there already: its laws, and what it did when written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from workbench.implementers._test_cells.setup import OPTIONS, WIDTH, Subject, make_inputs

PROBES: list[dict[str, Any]] = [{"width": 1}]
ROLES: dict[str, str] = {"model": "model", "data": "loader"}
RUNS: dict[str, Any] = {}
SIGNATURE: dict[str, str] = {}


class Batch(tuple[Tensor, ...]):
    """A batch that is unpacked in order or asked by name."""

    names: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        """Give a part by its name or its place."""
        return tuple.__getitem__(self, self.names.index(key) if isinstance(key, str) else key)


def make_batches(count: int = 4, seed: int = 0) -> list[Batch]:
    """Make batches of different sizes; the last part of each is the target."""
    made = []
    for place in range(count):
        inputs = make_inputs(batch=3 + 2 * place % 3, seed=seed + place)
        batch = Batch(inputs.values())
        batch.names = tuple(inputs)
        made.append(batch)
    return made


class Small(nn.Module):
    """A small model of all inputs; it notes in which mode it is called."""

    def __init__(self, batch: Batch, dropout: float) -> None:
        super().__init__()
        width = sum(part[0].numel() for part in tuple(batch)[:-1])
        self.first, self.last = nn.Linear(width, 8), nn.Linear(8, WIDTH)
        self.dropout = nn.Dropout(dropout)
        self.calls: list[tuple[int, bool, bool]] = []

    def forward(self, *parts: Tensor) -> Tensor:
        """Mix the inputs."""
        self.calls.append((len(parts[0]), self.training, torch.is_grad_enabled()))
        x = torch.cat([part.flatten(1).float() for part in parts], dim=1)
        return self.last(self.dropout(self.first(x).tanh()))


def mean_loss(output: Tensor, target: Tensor) -> Tensor:
    """Compare an output with its target."""
    if target.is_floating_point():
        return F.mse_loss(output, target)
    return F.cross_entropy(output, target)


class Run:
    """A loop with all that it is given, ready to be run."""

    def __init__(
        self,
        *,
        batches: int = 4,
        epochs: int = 2,
        seed: int = 0,
        dropout: float = 0.0,
        momentum: float = 0.0,
        validation: int = 50,
        path: Path | None = None,
        **changes: Any,
    ) -> None:
        data = make_batches(batches)
        torch.manual_seed(seed)
        self.model = Small(make_batches(1)[0], dropout)
        learned = self.model.parameters()
        self.optimizer = torch.optim.SGD(learned, lr=0.3, momentum=momentum)
        self.schedule = LambdaLR(self.optimizer, lambda step: 1 / (1 + step / 2))
        self.scaler = torch.amp.GradScaler("cpu", init_scale=64.0, growth_interval=2)
        parts = {
            "model": self.model,
            "data": data,
            "validation": make_batches(2, seed=validation),
            "loss": mean_loss,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
            "scaler": self.scaler,
            "epochs": epochs,
            "device": "cpu",
            "checkpoint": path,
        }
        named = {ROLES[role]: part for role, part in parts.items() if role in ROLES}
        self.given = {**OPTIONS, **changes, **named}
        self.epochs = epochs
        self.made: Any = None
        self.returned: list[Any] = []

    def taken(self, function: Callable[..., Any]) -> dict[str, Any]:
        """Pick the arguments that a function has."""
        known = inspect.signature(function).parameters
        return {name: value for name, value in self.given.items() if name in known}

    def build(self) -> Any:
        """Build the loop, where it is a class."""
        if inspect.isclass(Subject) and self.made is None:
            self.made = Subject(**self.taken(Subject))
        return self

    def go(self) -> Any:
        """Run it, one epoch at a time where it does no more."""
        self.build()
        run = Subject if self.made is None else getattr(self.made, ROLES["run"])
        for _ in range(1 if "epochs" in ROLES else self.epochs):
            self.returned.append(run(**self.taken(run)))
        return self

    @property
    def weights(self) -> Tensor:
        """All parameters of the model."""
        return torch.cat([x.detach().flatten() for x in self.model.parameters()])

    def told(self) -> dict[str, Any]:
        """Say in a few numbers what it did."""
        spread = (1 + torch.arange(len(self.weights))).sin()
        return {
            "weights": float(f"{self.weights @ spread:.5g}"),
            "size": float(f"{self.weights.norm():.5g}"),
            "returned": [float(f"{value:.5g}") for value in numbers(self.returned)],
            "rate": self.optimizer.param_groups[0]["lr"],
            "calls": [*map(list, self.model.calls)],
            "training": self.model.training,
            "scale": self.scaler.get_scale(),
        }


def numbers(value: Any) -> list[float]:
    """List the numbers in nested lists and mappings."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers(part)]
    if isinstance(value, Tensor):
        return [float(number) for number in value.detach().flatten()]
    return [float(value)] if isinstance(value, int | float) else []


def told_of(**settings: Any) -> Any:
    """Say what a run did, or which error ended it."""
    try:
        return Run(**settings).go().told()
    except Exception as error:
        return type(error).__name__


def runs_now() -> dict[str, Any]:
    """Run it on several numbers of batches, with momentum and chance, and under other options."""
    found = {
        "usual": told_of(),
        "five batches": told_of(batches=5, momentum=0.9),
        "one batch": told_of(batches=1, epochs=1),
        "no batch": told_of(batches=0, epochs=1),
        "dropout": told_of(dropout=0.3, epochs=3),
    }
    return found | {f"{changes}": told_of(batches=5, **changes) for changes in PROBES}


def test_runs_are_as_they_were() -> None:
    """Weights, rates, modes and what is returned are the ones that were measured.

    Covers: accumulation, gradient norm, schedule per
    Needs: existing, measured RUNS
    """
    found = runs_now()
    assert RUNS, f"measured RUNS = {found!r}"
    for name, run in RUNS.items():
        if isinstance(run, str):
            assert found.get(name) == run, name
            continue
        for part, value in run.items():
            same = pytest.approx(value, rel=1e-3, abs=1e-4) if part != "calls" else value
            assert found[name][part] == same, (name, part)


def test_the_loss_falls() -> None:
    """Some epochs bring the loss over the training data down."""
    run = Run(batches=2, epochs=15)
    before = loss_of(run)
    run.go()
    assert loss_of(run) < before


def loss_of(run: Run) -> float:
    """Compute the mean loss over the training data."""
    with torch.no_grad():
        losses = [mean_loss(run.model(*tuple(x)[:-1]), tuple(x)[-1]) for x in make_batches(2)]
    return float(torch.stack(losses).mean())


def test_the_seed_fixes_everything() -> None:
    """The same seed gives the same weights bit for bit, another gives others."""
    same = [Run(dropout=0.3).go().weights for _ in range(2)]
    assert torch.equal(*same)
    assert not torch.equal(same[0], Run(dropout=0.3, seed=1).go().weights)


def test_validation_has_no_influence() -> None:
    """Other validation data gives the same weights.

    Needs: validates
    """
    assert torch.equal(Run(dropout=0.3).go().weights, Run(dropout=0.3, validation=70).go().weights)


def test_gradients_of_before_do_not_count() -> None:
    """What stands in the gradients before training has no part in the first step."""
    dirty = Run()
    for parameter in dirty.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    assert torch.equal(dirty.go().weights, Run().go().weights)


def test_frozen_parameters_stay() -> None:
    """What does not learn is as before, and the rest is not."""
    run = Run()
    run.model.first.weight.requires_grad_(False)
    before = {name: x.clone() for name, x in run.model.state_dict().items()}
    run.go()
    changed = {
        name for name, x in run.model.state_dict().items() if not torch.equal(x, before[name])
    }
    assert changed == {"first.bias", "last.weight", "last.bias"}


def test_training_is_in_training_mode() -> None:
    """A model that comes in evaluation mode is trained with dropout, and with gradients."""
    run = Run(dropout=0.3)
    run.model.eval()
    run.go()
    assert any(training and gradients for _, training, gradients in run.model.calls)
    assert all(training == gradients for _, training, gradients in run.model.calls)


def test_resumed_training_ends_where_training_without_a_stop_ends(tmp_path: Path) -> None:
    """Two epochs and two more, with new objects and another seed, are four, bit for bit.

    Covers: exact resume
    Needs: resumes
    """
    noisy: dict[str, Any] = {"dropout": 0.3, "momentum": 0.9, "path": tmp_path / "run.pt"}
    whole = Run(**{**noisy, "path": tmp_path / "whole.pt"}, epochs=4).go()
    half = Run(**noisy, epochs=2).go()
    if "save" in ROLES:
        saved(half.made, tmp_path / "state.pt")
    rest = Run(**noisy, epochs=4 if "epochs" in ROLES else 2, seed=7).build()
    if "load" in ROLES:
        load_into(rest.made, tmp_path / "state.pt")
    rest.go()
    assert torch.equal(rest.weights, whole.weights)
    assert rest.optimizer.param_groups[0]["lr"] == whole.optimizer.param_groups[0]["lr"]


def saved(loop: Any, path: Path) -> None:
    """Save a loop to a file, or the state that it gives."""
    save = getattr(loop, ROLES["save"])
    if inspect.signature(save).parameters:
        save(path)
    else:
        torch.save(save(), path)


def load_into(loop: Any, path: Path) -> None:
    """Load a file into a loop, or the state that was saved there."""
    load = getattr(loop, ROLES["load"])
    takes_state = any("state" in name for name in inspect.signature(load).parameters)
    load(torch.load(path, weights_only=False) if takes_state else path)


def test_signature_is_as_it_was() -> None:
    """Callers can go on as before: the same arguments with the same defaults.

    Needs: existing, measured SIGNATURE
    """
    parameters = inspect.signature(Subject).parameters.values()
    found = {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}
    assert SIGNATURE, f"measured SIGNATURE = {found!r}"
    assert found == SIGNATURE
