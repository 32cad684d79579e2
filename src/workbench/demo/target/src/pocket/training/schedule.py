"""The learning rate as a function of the step."""

import math

from pocket.training.config import TrainConfig


def learning_rate_at(step: int, config: TrainConfig) -> float:
    """Rise linearly over the warm-up, then fall along a half cosine to a tenth.

    It has no state, so a resumed run needs none either.

    Parameters
    ----------
    step : int
        Number of the step, from 0.
    config : TrainConfig
        Options of the run.

    Returns
    -------
    float
        The learning rate of this step.
    """
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    span = max(1, config.steps - config.warmup_steps)
    progress = min(1.0, (step - config.warmup_steps) / span)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))
