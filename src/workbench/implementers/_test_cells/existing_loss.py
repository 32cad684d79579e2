"""Tests of a loss that is there already: what it gave when they were written."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from workbench.implementers._test_cells.setup import (
    INPUT,
    OPTIONS,
    SECOND,
    build,
    doubled,
    make_inputs,
)

PROBES: list[dict[str, Any]] = [{"width": 1}]
LOSSES: dict[str, Any] = {}


def variants() -> dict[str, dict[str, Tensor]]:
    """Make ordinary inputs, extreme ones, ones that do not fit, and ignored targets."""
    usual = doubled(make_inputs(batch=6))
    x, target = usual[INPUT], usual[SECOND]
    found = {
        "usual": usual,
        "another seed": doubled(make_inputs(batch=6, seed=1)),
        "one example": doubled(make_inputs(batch=1)),
        "large": {**usual, INPUT: 50 * x},
        "huge": {**usual, INPUT: 1e4 * x},
        "zero": {**usual, INPUT: 0 * x},
        "the same": {**usual, INPUT: target if target.shape == x.shape else x},
        "an axis more": {**usual, INPUT: x[None]},
        "one target fewer": {**usual, SECOND: target[1:]},
    }
    if "ignore_index" in OPTIONS:
        for words, rows in (("one ignored", slice(0, 1)), ("all ignored", slice(None))):
            changed = target.clone()
            changed[rows] = OPTIONS["ignore_index"]
            found[words] = {**usual, SECOND: changed}
    return found


def weighed(values: Tensor) -> list[Any]:
    """Sum numbers up, each with another weight; a sum that is no number is a word."""
    numbers = values.detach().double().flatten()
    total = float(numbers @ (1 + torch.arange(len(numbers))).double().sin())
    return [list(values.shape), float(f"{total:.7g}") if abs(total) < 1e300 else str(total)]


def told(inputs: dict[str, Tensor], changes: dict[str, Any]) -> Any:
    """Give the loss and the gradient of the prediction, or the name of the error."""
    x = inputs[INPUT].clone().requires_grad_(inputs[INPUT].is_floating_point())
    try:
        loss = build(**changes)(**{**inputs, INPUT: x})
        if not loss.requires_grad:
            return weighed(loss)
        weights = 1 + torch.arange(loss.numel()).reshape(loss.shape)
        (gradient,) = torch.autograd.grad((loss * weights).sum(), x)
    except Exception as error:
        return type(error).__name__
    return [*weighed(loss), *weighed(gradient)]


def losses_now() -> dict[str, Any]:
    """Measure losses and gradients, and of the plainest inputs under all options."""
    plainest = ("usual", "large", "one ignored")
    return {
        f"{words} {changes}": told(inputs, changes)
        for changes in [{}, *PROBES]
        for words, inputs in variants().items()
        if not changes or words in plainest
    }


def flat(value: Any) -> list[Any]:
    """List what nested lists hold."""
    if isinstance(value, list):
        return [entry for part in value for entry in flat(part)]
    return [value]


def test_losses_are_as_they_were() -> None:
    """Losses and gradients are the ones that were measured, and what was refused is refused.

    Covers: equals, ignored targets, label smoothing, mean over
    Needs: existing, measured LOSSES
    """
    found = losses_now()
    assert LOSSES, f"measured LOSSES = {found!r}"
    for name, told_then in LOSSES.items():
        now, then = flat(found.get(name)), flat(told_then)
        assert len(now) == len(then), name
        for value, former in zip(now, then, strict=True):
            words = isinstance(former, str) or isinstance(value, str)
            assert value == (former if words else pytest.approx(former, rel=1e-5, abs=1e-9)), name
