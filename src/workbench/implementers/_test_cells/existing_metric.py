"""Tests of a metric that is there already: its laws, and what it gave when they were written."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import pytest
import torch
from torch import Tensor

from workbench.implementers._test_cells.setup import (
    INPUT,
    OPTIONS,
    SECOND,
    Subject,
    build,
    make_inputs,
)

PROBES: list[dict[str, Any]] = [{"width": 1}]
ROLES: dict[str, str] = {"merge": "merge"}
SCORES: dict[str, Any] = {}
SIGNATURE: dict[str, str] = {}


def rows(inputs: dict[str, Tensor], start: int, end: int) -> dict[str, Tensor]:
    """Take some examples."""
    return {name: x[start:end] for name, x in inputs.items()}


def score_of(*batches: dict[str, Tensor], **changes: Any) -> Tensor:
    """Compute the score of some batches with a fresh metric."""
    metric = build(**changes)
    for batch in batches:
        metric.update(**batch)
    return torch.as_tensor(metric.compute())


def told(*batches: dict[str, Tensor], **changes: Any) -> Any:
    """Give the type of the score and its numbers, or the name of the error."""
    try:
        metric = build(**changes)
        for batch in batches:
            metric.update(**batch)
        score = metric.compute()
    except Exception as error:
        return type(error).__name__
    numbers = torch.as_tensor(score).double().flatten().tolist()
    rounded = [float(f"{value:.6g}") if value == value else "nan" for value in numbers]
    return [type(score).__name__, *rounded]


def spoiled(inputs: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Make inputs that do not fit each other."""
    x, target = inputs[INPUT], inputs[SECOND]
    return {
        "one target fewer": {**inputs, SECOND: target[1:]},
        "an axis more": {**inputs, INPUT: x[None]},
        "a wider last axis": {**inputs, INPUT: torch.cat([x, x], dim=-1)},
        "all alike": {**inputs, INPUT: x[:1].expand_as(x), SECOND: target[:1].expand_as(target)},
    }


def scores_now() -> dict[str, Any]:
    """Measure scores of batches of several sizes, in parts, out of shape and under options."""
    whole = make_inputs(batch=23)
    found = {"nothing": told()}
    for size, seed in ((1, 0), (1, 1), (2, 2), (23, 0), (23, 1)):
        found[f"{size} examples, seed {seed}"] = told(make_inputs(batch=size, seed=seed))
    found["two batches"] = told(rows(whole, 0, 5), rows(whole, 5, 23))
    found |= {name: told(inputs) for name, inputs in spoiled(whole).items()}
    found |= {f"{changes}": told(whole, **changes) for changes in PROBES}
    return found


def test_scores_are_as_they_were() -> None:
    """Scores are the ones that were measured, and what was refused is refused.

    Needs: existing, measured SCORES
    """
    found = scores_now()
    assert SCORES, f"measured SCORES = {found!r}"
    for name, score in SCORES.items():
        assert len(found[name]) == len(score), name
        for now, then in zip(found[name], score, strict=True):
            assert now == (then if isinstance(then, str) else pytest.approx(then)), name


def test_parts_give_what_the_whole_gives() -> None:
    """Unequal batches give the score of one large batch."""
    inputs = make_inputs(batch=19)
    parts = [rows(inputs, 0, 1), rows(inputs, 1, 12), rows(inputs, 12, 19)]
    torch.testing.assert_close(score_of(*parts), score_of(inputs), equal_nan=True)


def test_a_reset_metric_is_as_new() -> None:
    """Nothing of the batches before a reset is left."""
    metric, inputs = build(), make_inputs(batch=19)
    metric.update(**make_inputs(batch=11, seed=1))
    metric.reset()
    metric.update(**inputs)
    torch.testing.assert_close(torch.as_tensor(metric.compute()), score_of(inputs), equal_nan=True)


def test_computing_changes_nothing() -> None:
    """The score may be asked for at any time, and more than once."""
    inputs, metric = make_inputs(batch=19), build()
    metric.update(**rows(inputs, 0, 7))
    metric.compute()
    metric.update(**rows(inputs, 7, 19))
    scores = [torch.as_tensor(metric.compute()) for _ in range(2)]
    torch.testing.assert_close(scores[0], scores[1], equal_nan=True)
    torch.testing.assert_close(scores[0], score_of(inputs), equal_nan=True)


def test_merged_metrics_have_seen_both_parts() -> None:
    """Merging gives the score of the whole.

    Covers: merges
    Needs: merges
    """
    inputs, one, other = make_inputs(batch=19), build(), build()
    one.update(**rows(inputs, 0, 7))
    other.update(**rows(inputs, 7, 19))
    getattr(one, ROLES["merge"])(other)
    torch.testing.assert_close(torch.as_tensor(one.compute()), score_of(inputs))


def test_inputs_are_left_as_they_are() -> None:
    """An update does not write into its inputs, and keeps nothing of them that can be changed."""
    inputs, metric = make_inputs(batch=19), build()
    before = copy.deepcopy(inputs)
    metric.update(**inputs)
    assert all(torch.equal(inputs[name], before[name]) for name in inputs)
    score = torch.as_tensor(metric.compute()).clone()
    for x in inputs.values():
        x.zero_()
    torch.testing.assert_close(torch.as_tensor(metric.compute()), score, equal_nan=True)


def test_it_keeps_nothing_of_the_graph() -> None:
    """Predictions that can be differentiated leave no graph behind.

    Needs: floats
    """
    inputs = make_inputs(batch=19)
    inputs[INPUT].requires_grad_()
    assert not score_of(inputs).requires_grad


def test_signature_is_as_it_was() -> None:
    """Callers can go on as before: the same arguments with the same defaults.

    Needs: existing, measured SIGNATURE
    """
    parameters = inspect.signature(Subject).parameters.values()
    found = {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}
    assert SIGNATURE, f"measured SIGNATURE = {found!r}"
    assert found == SIGNATURE


def test_options_have_no_influence_on_each_other() -> None:
    """Building another metric changes nothing about this one."""
    metric, inputs = build(), make_inputs(batch=19)
    metric.update(**inputs)
    build(**OPTIONS).update(**make_inputs(batch=5, seed=3))
    torch.testing.assert_close(torch.as_tensor(metric.compute()), score_of(inputs), equal_nan=True)
