"""The cross entropy, recomputed number by number, and what each of its options means."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from workbench.implementers._test_cells.setup import (
    INPUT,
    OPTIONS,
    TARGET,
    WEIGHT,
    build,
    doubled,
    make_inputs,
)


def some_ignored() -> dict[str, Tensor]:
    """Make inputs of which the first and the last target are ignored."""
    inputs = doubled(make_inputs())
    inputs[TARGET][[0, -1]] = OPTIONS["ignore_index"]
    return inputs


def make_weight(inputs: dict[str, Tensor]) -> Tensor:
    """Make another weight for each class."""
    return 0.5 + torch.arange(inputs[INPUT].shape[1]) / 4


def written_out(inputs: dict[str, Tensor], weight: list[float], **changes: Any) -> list[float]:
    """Compute the loss of each target, and 0 where it is ignored."""
    options = {**OPTIONS, **changes}
    smoothing, found = options["label_smoothing"], []
    for scores, label in zip(inputs[INPUT].tolist(), inputs[TARGET].tolist(), strict=True):
        if label == options["ignore_index"]:
            found.append(0.0)
            continue
        total = sum(math.exp(score) for score in scores)
        chances = [math.exp(score) / total for score in scores]
        costs = [
            -weight[place] * (1 - p) ** options["gamma"] * math.log(p)
            for place, p in enumerate(chances)
        ]
        mixed = (1 - smoothing) * costs[label] + smoothing * sum(costs) / len(costs)
        found.append(mixed)
    return found


@pytest.mark.parametrize(
    "changes",
    [{}, {"gamma": 2.0}, {"gamma": 0.5}, {"label_smoothing": 0.0}, {"label_smoothing": 1.0}],
    ids=str,
)
def test_agrees_with_the_formula(changes: dict[str, Any]) -> None:
    """Each target's loss is that of the formula, with class weights and ignored targets.

    Covers: equals, class weights, ignored targets
    """
    inputs = some_ignored()
    weight = make_weight(inputs)
    each = build(reduction="none", **changes)(**inputs, **{WEIGHT: weight.double()})
    expected = written_out(inputs, weight.tolist(), **changes)
    torch.testing.assert_close(each, torch.tensor(expected, dtype=torch.float64))


def test_the_mean_divides_by_the_weights_that_count() -> None:
    """Mean, sum and none belong together; ignored targets are in no divisor.

    Covers: mean over, class weights, ignored targets
    """
    inputs = some_ignored()
    weight = make_weight(inputs).double()
    mean, total, each = (
        build(reduction=reduction)(**inputs, **{WEIGHT: weight})
        for reduction in ("mean", "sum", "none")
    )
    used = weight[inputs[TARGET][1:-1]].sum()
    assert each.shape == inputs[TARGET].shape
    torch.testing.assert_close(total, each.sum())
    torch.testing.assert_close(mean, each.sum() / used)


def test_without_weights_all_classes_weigh_one() -> None:
    """No weights and weights of one are the same.

    Covers: class weights
    """
    inputs = some_ignored()
    ones = torch.ones(inputs[INPUT].shape[1], dtype=torch.float64)
    torch.testing.assert_close(build()(**inputs), build()(**inputs, **{WEIGHT: ones}))


def test_weights_may_be_counts() -> None:
    """Whole numbers as weights are the same as floating ones.

    Covers: class weights
    """
    inputs = some_ignored()
    counts = 1 + torch.arange(inputs[INPUT].shape[1])
    expected = build()(**inputs, **{WEIGHT: counts.double()})
    torch.testing.assert_close(build()(**inputs, **{WEIGHT: counts}), expected)


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_one_target_alone(reduction: str) -> None:
    """A batch of one has one loss, and without a reduction keeps its axis.

    Covers: equals
    """
    inputs = {name: x[:1] for name, x in doubled(make_inputs()).items()}
    loss = build(reduction=reduction)(**inputs)
    assert loss.shape == (inputs[TARGET].shape if reduction == "none" else ())
    expected = written_out(inputs, [1.0] * inputs[INPUT].shape[1])
    torch.testing.assert_close(loss.reshape(1), torch.tensor(expected, dtype=torch.float64))


def test_ignored_targets_give_no_gradient() -> None:
    """The scores of an ignored target get no gradient, all others do.

    Covers: ignored targets
    """
    inputs = some_ignored()
    scores = inputs[INPUT].requires_grad_()
    build()(**inputs).backward()
    assert scores.grad is not None
    assert scores.grad[[0, -1]].eq(0).all()
    assert scores.grad[1:-1].ne(0).all()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_batch_of_ignored_targets_costs_nothing(reduction: str) -> None:
    """Where no target counts the loss and its gradient are zero.

    Covers: ignored targets
    """
    inputs = make_inputs()
    inputs[TARGET].fill_(OPTIONS["ignore_index"])
    scores = inputs[INPUT].requires_grad_()
    loss = build(reduction=reduction)(**inputs)
    loss.backward()
    assert loss.item() == 0
    assert scores.grad is not None
    assert scores.grad.eq(0).all()


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_equal_scores_cost_what_guessing_costs(gamma: float) -> None:
    """A classifier that knows nothing pays the logarithm of the number of classes.

    Covers: uniform value
    """
    inputs = make_inputs()
    classes = inputs[INPUT].shape[1]
    loss = build(gamma=gamma)(**{**inputs, INPUT: torch.zeros_like(inputs[INPUT])})
    assert loss.item() == pytest.approx((1 - 1 / classes) ** gamma * math.log(classes), rel=1e-5)


def test_smoothing_mixes_all_classes() -> None:
    """A smoothed loss is a mixture of the losses that all classes would have.

    Covers: label smoothing
    """
    inputs = doubled(make_inputs())
    plain = build(label_smoothing=0.0)
    every = [
        plain(**{**inputs, TARGET: torch.full_like(inputs[TARGET], label)})
        for label in range(inputs[INPUT].shape[1])
    ]
    expected = 0.7 * plain(**inputs) + 0.3 * torch.stack(every).mean()
    torch.testing.assert_close(build(label_smoothing=0.3)(**inputs), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extreme_scores_stay_finite(gamma: float, size: float) -> None:
    """A score that is far above or below the others gives a finite loss and gradient.

    Covers: non-negative
    """
    inputs = make_inputs()
    scores = torch.zeros_like(inputs[INPUT])
    scores[:, 0] = size
    scores.requires_grad_()
    loss = build(gamma=gamma)(**{**inputs, INPUT: scores})
    loss.backward()
    assert loss.isfinite()
    assert loss >= 0
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_an_unknown_reduction_is_refused() -> None:
    """A slip in the name of a reduction is no mean."""
    with pytest.raises(ValueError, match="reduction"):
        build(reduction="meen")


def test_targets_that_do_not_fit_are_refused() -> None:
    """One target too few gives an error, and no wrong answer."""
    inputs = make_inputs()
    with pytest.raises(ValueError, match="shape"):
        build()(**{**inputs, TARGET: inputs[TARGET][1:]})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_as_on_the_cpu() -> None:
    """The loss follows its inputs to a device."""
    inputs = some_ignored()
    output = build()(**{name: x.cuda() for name, x in inputs.items()})
    torch.testing.assert_close(output.cpu(), build()(**inputs))
