"""One trainer, its options, its schedule and its checkpoints."""

from pocket.training.config import TrainConfig
from pocket.training.trainer import Evaluation, Trainer

__all__ = [
    'Evaluation',
    'TrainConfig',
    'Trainer',
]
