"""A recipe: which model, data, loss and training options make one run."""

import logging
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
import yaml

from pocket import data, losses, models
from pocket.training import TrainConfig, Trainer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a file in `configs/` says.

    Parameters
    ----------
    model : dict
        The model's `name` and its options.
    data : dict
        The data set's `name` and its options.
    loss : dict
        The loss's `name` and its options.
    train : TrainConfig
        Options of the run.

    Raises
    ------
    ValueError
        If a part has no name.
    """

    model: dict[str, Any]
    data: dict[str, Any]
    loss: dict[str, Any]
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        """Check that each part can be looked up."""
        for name in ('model', 'data', 'loss'):
            part = getattr(self, name)
            if not isinstance(part, dict) or 'name' not in part:
                raise ValueError(f'{name} must be a mapping with a name, got {part!r}')

    @classmethod
    def read(cls, path: str | Path) -> 'Recipe':
        """Read a recipe from a YAML file.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Recipe
            What it says.

        Raises
        ------
        ValueError
            If keys are missing or unknown, or an option is out of its range.
        """
        content = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
        if not isinstance(content, dict):
            raise ValueError(f'{path} must hold a mapping, got {type(content).__name__}')
        _require_keys(f'{path}', content, {'model', 'data', 'loss'}, {'train'})
        options = content.pop('train', None) or {}
        known = {one.name for one in fields(TrainConfig)}
        _require_keys(f'{path}: train', options, set(), known)
        return cls(**content, train=TrainConfig(**options))

    def with_steps(self, steps: int) -> 'Recipe':
        """Give the same recipe with another number of steps.

        Parameters
        ----------
        steps : int
            Number of optimiser steps.

        Returns
        -------
        Recipe
            The changed copy.
        """
        return replace(self, train=replace(self.train, steps=steps))

    def trainer(self) -> Trainer:
        """Build everything; the weights follow from the seed.

        Returns
        -------
        Trainer
            At step 0.
        """
        torch.manual_seed(self.train.seed)
        model = models.build(**self.model)
        logger.info('%s has %d parameters', self.model['name'], model.num_parameters())
        return Trainer(
            model=model,
            dataset=data.build(**self.data),
            loss=losses.build(**self.loss),
            config=self.train,
        )


def _require_keys(where: str, seen: Any, required: set[str], optional: set[str]) -> None:
    legal = ', '.join(sorted(required | optional))
    if not isinstance(seen, dict):
        raise ValueError(f'{where}: expected a mapping with the keys {legal}, got {seen!r}')
    for problem, keys in (
        ('unknown', seen.keys() - required - optional),
        ('missing', required - seen.keys()),
    ):
        if keys:
            raise ValueError(f'{where}: {problem} {", ".join(sorted(keys))}; legal are {legal}')
