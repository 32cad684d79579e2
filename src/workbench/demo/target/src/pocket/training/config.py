"""The options of a training run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train.

    Parameters
    ----------
    steps : int
        Number of optimiser steps.
    batch_size : int
        Examples in a batch.
    learning_rate : float
        Highest learning rate, reached at the end of the warm-up.
    warmup_steps : int
        Steps over which the learning rate rises from 0.
    weight_decay : float
        Decay of weights with two or more dimensions; biases and norms are left alone.
    clip_norm : float
        Longest gradient; longer ones are scaled down.
    seed : int
        Seed of weights, batches and dropout.
    device : str
        'auto' takes CUDA where there is one; else the name of a device.
    log_every : int
        Steps between two lines in the log.

    Raises
    ------
    ValueError
        If an option is out of its range.
    """

    steps: int = 200
    batch_size: int = 32
    learning_rate: float = 3e-3
    warmup_steps: int = 10
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    seed: int = 0
    device: str = 'auto'
    log_every: int = 50

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ('steps', 'batch_size', 'log_every'):
            self._require(name, getattr(self, name) >= 1, 'at least 1')
        for name in ('warmup_steps', 'weight_decay', 'seed'):
            self._require(name, getattr(self, name) >= 0, 'at least 0')
        for name in ('learning_rate', 'clip_norm'):
            self._require(name, getattr(self, name) > 0, 'above 0')

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f'{name} must be {expected}, got {getattr(self, name)}')
