import pytest

from pocket.training import TrainConfig
from pocket.training.schedule import learning_rate_at

CONFIG = TrainConfig(steps=110, warmup_steps=10, learning_rate=1.0)


def test_rises_to_the_peak_at_the_end_of_the_warm_up():
    rates = [learning_rate_at(step, CONFIG) for step in range(10)]
    assert rates == pytest.approx([0.1 * (step + 1) for step in range(10)])
    assert learning_rate_at(10, CONFIG) == pytest.approx(1.0)


def test_falls_along_a_half_cosine_to_a_tenth():
    assert learning_rate_at(60, CONFIG) == pytest.approx(0.55)
    assert learning_rate_at(110, CONFIG) == pytest.approx(0.1)
    rates = [learning_rate_at(step, CONFIG) for step in range(10, 110)]
    assert all(later < earlier for earlier, later in zip(rates, rates[1:], strict=False))


def test_no_warm_up_starts_at_the_peak():
    config = TrainConfig(steps=10, warmup_steps=0, learning_rate=1.0)
    assert learning_rate_at(0, config) == pytest.approx(1.0)
