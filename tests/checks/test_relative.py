"""Schemes of relative positions are told apart by their laws, on scores that numpy made."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.checks._relative import alibi_slopes, scheme
from workbench.checks._scores import Profile

BATCH, HEADS, TIME, WIDTH = 2, 4, 41, 8
DISTANCE = np.arange(TIME)[None, :] - np.arange(TIME)[:, None]
RNG = np.random.default_rng(0)


def profile(scores: np.ndarray, *, causal: bool = False) -> Profile:
    full = np.broadcast_to(scores, (BATCH, HEADS, TIME, TIME)).copy()
    full -= np.diagonal(full, axis1=-2, axis2=-1)[..., None]
    if causal:
        full[..., DISTANCE > 0] = np.nan
    return Profile(full, WIDTH, 1e-9, "")


def bias(by_distance: np.ndarray) -> np.ndarray:
    """Look scores up that are given for distances from 1 - TIME to TIME - 1."""
    return by_distance[..., DISTANCE + TIME - 1]


def rotary(base: float = 10000.0) -> np.ndarray:
    frequencies = base ** (-np.arange(0, WIDTH, 2) / WIDTH)
    turns = np.exp(1j * np.arange(1 - TIME, TIME)[:, None] * frequencies)
    products = RNG.standard_normal((BATCH, HEADS, WIDTH // 2, 2)) @ np.array([1, 1j])
    return bias(np.einsum("df,bhf->bhd", turns, products).real)


CLIPPED = np.clip(np.arange(1 - TIME, TIME), -5, 5) + 5
BUCKET = np.minimum(np.abs(np.arange(1 - TIME, TIME)), 12) // 3


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("scores", "name"),
    [
        (-alibi_slopes(HEADS)[:, None, None] * np.abs(DISTANCE), "alibi"),
        (-np.array([1.0, 0.5, 0.3, 0.1])[:, None, None] * np.abs(DISTANCE), "other"),
        (bias(RNG.standard_normal((HEADS, 5))[:, BUCKET]), "t5"),
        (bias(RNG.standard_normal((BATCH, HEADS, 11))[..., CLIPPED]), "shaw"),
        (bias(RNG.standard_normal((BATCH, HEADS, 2 * TIME - 1))), "shaw"),
        (rotary(), "rotary"),
        (rotary(500.0), "other"),
    ],
    ids=["alibi", "slopes", "t5", "shaw", "long shaw", "rotary", "base"],
)
def test_a_scheme_is_named_by_its_law(scores: np.ndarray, name: str, causal: bool):
    seen = profile(scores, causal=causal)
    assert seen.relative
    assert scheme(seen, {})[0] == name


def test_another_base_is_accepted_where_an_option_gives_it():
    assert scheme(profile(rotary(500.0)), {"rotary_base": 500})[0] == "rotary"


def test_scores_of_absolute_positions_are_not_relative():
    one, other = RNG.standard_normal((2, BATCH, HEADS, TIME, WIDTH))
    seen = profile(one @ other.swapaxes(-1, -2))
    assert not seen.relative
    assert not seen.flat
    assert profile(np.zeros((TIME, TIME))).flat


@pytest.mark.parametrize("heads", [1, 2, 3, 6, 8, 12])
def test_slopes_are_those_of_the_paper(heads: int):
    slopes = alibi_slopes(heads)
    assert len(set(slopes)) == heads
    if heads & (heads - 1) == 0:
        np.testing.assert_allclose(slopes[1:] / slopes[:-1], slopes[0])
        assert slopes[-1] == 2.0**-8
