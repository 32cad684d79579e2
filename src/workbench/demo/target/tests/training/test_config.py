import pytest

from pocket.training import TrainConfig


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'steps': 0}, 'steps must be at least 1, got 0'),
        ({'warmup_steps': -1}, 'warmup_steps must be at least 0, got -1'),
        ({'learning_rate': 0.0}, 'learning_rate must be above 0, got 0.0'),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**options)
