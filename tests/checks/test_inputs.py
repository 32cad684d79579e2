"""Inputs stay within what the spec allows, and are the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workbench.checks._inputs import Case, make
from workbench.spec import Spec

SIZES = {"batch": 5, "time": 7}


def asked(**inputs: str) -> Spec:
    data: dict[str, Any] = {"name": "Layer", "text": "x", "options": {"vocab": 11, "width": 4}}
    data["sizes"] = {"batch": "0..8", "time": "1..9"}
    return Spec.model_validate({**data, "inputs": inputs, "requires": _requires(inputs)})


def _requires(inputs: dict[str, str]) -> list[str]:
    return ["padding invariant under mask"] if {"mask", "mask?"} & set(inputs) else []


def test_integers_reach_both_ends_of_their_range():
    spec = asked(tokens='int64 "batch time" in 0..vocab-1')
    found = make(spec, spec.options, Case(sizes={"batch": 50, "time": 7}))["tokens"]
    assert found.dtype == np.int64
    assert (found.min(), found.max()) == (0, 10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_float_takes_the_type_of_the_case_and_a_named_one_keeps_its_own(dtype: str):
    spec = asked(x='float "batch width" in 0..1', y='float32 "batch"')
    found = make(spec, spec.options, Case(sizes=SIZES, dtype=dtype))
    assert found["x"].dtype == dtype
    assert found["y"].dtype == np.float32
    assert ((found["x"] >= 0) & (found["x"] <= 1)).all()


def test_a_padding_mask_keeps_a_beginning_of_every_row():
    spec = asked(tokens='int64 "batch time" in 0..3', **{"mask?": 'bool "batch time"'})
    mask = make(spec, spec.options, Case(sizes=SIZES))["mask"]
    assert mask[:, 0].all()
    assert (np.diff(mask.astype(int), axis=1) <= 0).all()
    assert len(set(mask.sum(1))) > 2
    assert make(spec, spec.options, Case(sizes=SIZES, open=True))["mask"].all()
    assert "mask" not in make(spec, spec.options, Case(sizes=SIZES, without=("mask",)))


def test_one_content_everywhere_differs_between_examples():
    spec = asked(x='float "batch time width"')
    found = make(spec, spec.options, Case(sizes=SIZES, alike="time"))["x"]
    assert np.ptp(found, axis=1).max() == 0
    assert np.ptp(found, axis=0).min() > 0


def test_a_seed_gives_the_same_and_another_input_changes_nothing():
    alone = asked(x='float "batch width"')
    both = asked(first='float "batch"', x='float "batch width"')
    one = make(alone, alone.options, Case(sizes=SIZES, seed=3))["x"]
    np.testing.assert_array_equal(one, make(both, both.options, Case(sizes=SIZES, seed=3))["x"])
    assert not np.array_equal(one, make(alone, alone.options, Case(sizes=SIZES, seed=4))["x"])


def test_empty_sizes_give_empty_arrays():
    spec = asked(tokens='int64 "batch time" in 0..3', mask='bool "batch time"')
    found = make(spec, spec.options, Case(sizes={"batch": 0, "time": 7}))
    assert found["tokens"].shape == found["mask"].shape == (0, 7)
