"""Absolute positions, added to the embeddings before the first block."""

import math

import torch
from torch import Tensor, nn


class LearnedPositions(nn.Module):
    """Add a learned vector for each position.

    Parameters
    ----------
    embed_dim : int
        Size of the embeddings.
    max_time : int
        Longest sequence.
    """

    def __init__(self, *, embed_dim: int, max_time: int) -> None:
        super().__init__()
        self.table = nn.Embedding(max_time, embed_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Add the positions.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.

        Returns
        -------
        Tensor
            Embeddings of the same shape.

        Raises
        ------
        ValueError
            If the sequence is longer than `max_time`.
        """
        if x.shape[1] > self.table.num_embeddings:
            raise ValueError(
                f'the sequence has {x.shape[1]} positions, '
                f'but max_time is {self.table.num_embeddings}'
            )
        return x + self.table.weight[: x.shape[1]]  # (batch, time, embed_dim)


class SinusoidalPositions(nn.Module):
    """Add sines and cosines whose wavelengths grow from 2 pi to 10000 * 2 pi.

    Parameters
    ----------
    embed_dim : int
        Size of the embeddings, an even number.

    Raises
    ------
    ValueError
        If `embed_dim` is odd.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017, section 3.5.
    """

    def __init__(self, *, embed_dim: int) -> None:
        super().__init__()
        if embed_dim % 2:
            raise ValueError(f'embed_dim must be even, got {embed_dim}')
        self.embed_dim = embed_dim

    def forward(self, x: Tensor) -> Tensor:
        """Add the positions.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.

        Returns
        -------
        Tensor
            Embeddings of the same shape.
        """
        # float32 on purpose: half precision cannot tell neighbouring positions apart.
        time = torch.arange(x.shape[1], device=x.device, dtype=torch.float32)
        even = torch.arange(0, self.embed_dim, 2, device=x.device, dtype=torch.float32)
        angles = torch.outer(time, torch.exp(even * (-math.log(10000.0) / self.embed_dim)))
        waves = torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)
        return x + waves.to(x.dtype)  # (batch, time, embed_dim)
