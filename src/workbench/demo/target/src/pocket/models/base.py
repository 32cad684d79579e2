"""The base class of every model."""

import logging
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import torch
from torch import nn

logger = logging.getLogger(__name__)


class Model(nn.Module, ABC):
    """A network that the trainer can train: inputs go in, logits come out.

    A model takes keyword-only options with defaults, calls `super().__init__()` first and
    defines `forward`. Everything that it learns is a registered parameter or buffer.
    """

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the model's output; each model documents its own shapes."""

    def num_parameters(self, *, trainable_only: bool = False) -> int:
        """Count the parameters; a parameter that is used twice counts once.

        Parameters
        ----------
        trainable_only : bool
            Leave out parameters that are frozen.

        Returns
        -------
        int
            The number of scalars.
        """
        return sum(
            parameter.numel()
            for parameter in self.parameters()
            if parameter.requires_grad or not trainable_only
        )

    def save(self, path: str | Path) -> None:
        """Write the weights to a file; the folder is made where it is missing.

        Parameters
        ----------
        path : str or Path
            Where to write.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(self.state_dict(), path)
        logger.info('saved %s with %d parameters', path, self.num_parameters())

    def load(self, path: str | Path) -> None:
        """Read the weights from a file that `save` wrote, onto the devices in use.

        Parameters
        ----------
        path : str or Path
            What to read; only tensors are unpickled.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        RuntimeError
            If names or shapes differ from this model's.
        """
        state = torch.load(Path(path), map_location='cpu', weights_only=True)
        self.load_state_dict(state)
        logger.info('loaded %s', path)
