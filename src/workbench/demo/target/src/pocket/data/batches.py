"""Shuffled batches that depend on nothing but the seed and the step."""

import torch
from torch import Tensor
from torch.utils.data import TensorDataset


class Batches:
    """Give the batch of any training step, without having drawn the ones before it.

    Each epoch is a new permutation of the data set; its last batch may be smaller. A run that
    is resumed at a step therefore sees the same batches as one that was never stopped.

    Parameters
    ----------
    dataset : TensorDataset
        Pairs of input and target.
    batch_size : int
        Examples in a batch.
    seed : int
        Seed of the permutations.

    Raises
    ------
    ValueError
        If the data set is empty or the batch size is below 1.
    """

    def __init__(self, dataset: TensorDataset, *, batch_size: int, seed: int = 0) -> None:
        if len(dataset) == 0 or batch_size < 1:
            raise ValueError(
                'data set and batch size must hold at least one example, '
                f'got {len(dataset)} and {batch_size}'
            )
        self.dataset = dataset
        self.batch_size = batch_size
        self.seed = seed
        self.per_epoch = -(-len(dataset) // batch_size)

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Give the batch of a step.

        Parameters
        ----------
        step : int
            Number of the step, from 0.

        Returns
        -------
        tuple of Tensor
            Inputs and targets, `(batch, ...)` each.
        """
        epoch, index = divmod(step, self.per_epoch)
        generator = torch.Generator().manual_seed(1_000_003 * self.seed + epoch)
        order = torch.randperm(len(self.dataset), generator=generator)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        inputs, targets = self.dataset[chosen]
        return inputs, targets
