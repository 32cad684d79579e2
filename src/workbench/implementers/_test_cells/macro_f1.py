"""The macro F1 score, recomputed label by label, and what a metric has to keep apart."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from workbench.implementers._test_cells.setup import (
    BAD_OPTIONS,
    DEFAULTS,
    EDGE_OPTIONS,
    INPUT,
    TARGET,
    Subject,
    build,
    make_inputs,
)


def score_of(*batches: dict[str, Tensor]) -> Tensor:
    """Compute the score of some batches with a fresh metric."""
    metric = build()
    for batch in batches:
        metric.update(**batch)
    return metric.compute()


def rows(inputs: dict[str, Tensor], start: int, end: int) -> dict[str, Tensor]:
    """Take some examples."""
    return {name: x[start:end] for name, x in inputs.items()}


def written_out(inputs: dict[str, Tensor]) -> float:
    """Compute the score class by class."""
    guesses = [scores.index(max(scores)) for scores in inputs[INPUT].tolist()]
    pairs = list(zip(guesses, inputs[TARGET].tolist(), strict=True))
    found = []
    for label in {label for pair in pairs for label in pair}:
        hits = sum(guess == label == truth for guess, truth in pairs)
        seen = sum((guess == label) + (truth == label) for guess, truth in pairs)
        found.append(2 * hits / seen)
    return sum(found) / len(found)


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_formula(seed: int) -> None:
    """The score is that of the formula, whatever the batch holds.

    Covers: equals
    """
    inputs = make_inputs(batch=19, seed=seed)
    assert score_of(inputs).item() == pytest.approx(written_out(inputs), rel=1e-6)


def test_a_class_that_was_seen_once_counts() -> None:
    """One right and one wrong prediction: of three classes that occurred one has the score 1.

    Covers: equals
    """
    inputs = make_inputs(batch=2)
    guesses = F.one_hot(torch.tensor([0, 1]), inputs[INPUT].shape[1]).float()
    few = {**inputs, INPUT: guesses, TARGET: torch.tensor([0, inputs[INPUT].shape[1] - 1])}
    assert score_of(few).item() == pytest.approx(1 / 3)


@pytest.mark.parametrize("changes", BAD_OPTIONS, ids=str)
def test_impossible_options_are_refused(changes: dict[str, Any]) -> None:
    """An impossible option is refused, and the message names it.

    Needs: bad options
    """
    with pytest.raises(ValueError, match="|".join(changes)):
        build(**changes)


@pytest.mark.parametrize("changes", EDGE_OPTIONS, ids=str)
def test_the_smallest_options_are_accepted(changes: dict[str, Any]) -> None:
    """What is just possible is not refused.

    Needs: edge options
    """
    assert build(**changes).compute().item() == 0


def test_defaults_are_those_of_the_spec() -> None:
    """Without arguments the metric is the one of the spec.

    Needs: new
    """
    parameters = inspect.signature(Subject).parameters
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS


def test_parts_give_what_the_whole_gives() -> None:
    """Unequal batches give the score of one large batch."""
    inputs = make_inputs(batch=19)
    parts = [rows(inputs, 0, 1), rows(inputs, 1, 12), rows(inputs, 12, 19)]
    torch.testing.assert_close(score_of(*parts), score_of(inputs))


def test_merged_metrics_have_seen_both_parts() -> None:
    """Merging gives the score of the whole, and an empty metric adds nothing.

    Covers: merges
    """
    inputs = make_inputs(batch=19)
    one, other = build(), build()
    one.update(**rows(inputs, 0, 7))
    other.update(**rows(inputs, 7, 19))
    one.merge(other)
    one.merge(build())
    torch.testing.assert_close(one.compute(), score_of(inputs))


def test_right_predictions_score_one() -> None:
    """Who predicts every target has the score 1, though a class may be absent.

    Covers: perfect value
    """
    inputs = make_inputs(batch=19)
    inputs[TARGET] = inputs[INPUT].argmax(dim=1)
    assert score_of(inputs).item() == 1
    assert score_of(rows(inputs, 0, 1)).item() == 1


def test_nothing_seen_scores_zero() -> None:
    """Before an update, and after a reset, the score is 0.

    Covers: empty value
    """
    metric = build()
    assert metric.compute().item() == 0
    metric.update(**make_inputs(batch=19))
    metric.reset()
    assert metric.compute().item() == 0


def test_a_reset_metric_is_as_new() -> None:
    """Nothing of the batches before a reset is left."""
    metric, inputs = build(), make_inputs(batch=19)
    metric.update(**make_inputs(batch=11, seed=1))
    metric.reset()
    metric.update(**inputs)
    torch.testing.assert_close(metric.compute(), score_of(inputs))


def test_computing_changes_nothing() -> None:
    """The score may be asked for at any time, and more than once."""
    inputs = make_inputs(batch=19)
    metric = build()
    metric.update(**rows(inputs, 0, 7))
    metric.compute()
    metric.update(**rows(inputs, 7, 19))
    assert metric.compute() == metric.compute()
    torch.testing.assert_close(metric.compute(), score_of(inputs))


def test_it_keeps_nothing_of_the_graph() -> None:
    """Predictions that can be differentiated leave no graph behind."""
    inputs = make_inputs(batch=19)
    inputs[INPUT].requires_grad_()
    assert not score_of(inputs).requires_grad


def test_many_half_precise_predictions_are_counted() -> None:
    """The score does not depend on the precision of the predictions."""
    inputs = make_inputs(batch=5003)
    halved = {**inputs, INPUT: inputs[INPUT].round(decimals=1)}
    expected = score_of(halved)
    torch.testing.assert_close(score_of({**halved, INPUT: halved[INPUT].half()}), expected)


def test_shapes_that_do_not_fit_are_refused() -> None:
    """One target too few, or one class too many, gives an error."""
    inputs = make_inputs(batch=19)
    with pytest.raises(ValueError, match="shape"):
        score_of({**inputs, TARGET: inputs[TARGET][1:]})
    with pytest.raises(ValueError, match="shape"):
        score_of({**inputs, INPUT: inputs[INPUT].repeat(1, 2)})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_as_on_the_cpu() -> None:
    """The metric follows its inputs to a device."""
    inputs = make_inputs(batch=19)
    moved = {name: x.cuda() for name, x in inputs.items()}
    torch.testing.assert_close(score_of(moved).cpu(), score_of(inputs))
