"""Distances between arrays, where they are not finite too."""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, finite, tolerance, worst

ONE = np.array([1.0, -200.0])


def test_a_distance_is_relative_to_the_scale():
    assert apart(ONE, ONE + 2.0) == 2.0 / 200.0
    assert apart(ONE / 1e6, ONE / 1e6 + 0.5) == 0.5
    assert apart(np.array([True, False]), np.array([True, True])) == 1.0


def test_what_cannot_be_compared_is_far_apart():
    assert apart(ONE, ONE[:1]) == np.inf
    assert apart(ONE, np.array([1.0, np.nan])) == np.inf
    assert apart(np.array([np.inf]), np.array([-np.inf])) == np.inf


def test_equal_oddities_are_equal():
    odd = np.array([np.nan, np.inf, 3.0])
    assert apart(odd, odd.copy()) == 0.0
    assert apart(np.empty((0, 3)), np.empty((0, 3))) == 0.0


def test_the_worst_is_named_and_a_missing_one_is_worst():
    assert worst({"a": ONE, "b": ONE}, {"a": ONE, "b": ONE + 2}) == (0.01, "b")
    assert worst({"a": ONE, "b": ONE}, {"b": ONE}) == (np.inf, "a")
    assert worst({}, {}) == (0.0, "")


def test_finite_and_tolerance():
    assert finite(np.arange(3))
    assert not finite(np.array([0.0, np.nan]))
    assert tolerance("float64") < tolerance("float32") < tolerance("float16")
