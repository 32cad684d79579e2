"""Token sequences that count with a hidden step."""

import torch
from torch.utils.data import TensorDataset

from pocket.data.registry import register


@register('sequences')
class Sequences(TensorDataset):
    """Predict the next token of `start, start + step, ...`, modulo the number of tokens.

    The first two tokens give the step away, so a model has to look back to predict the third.

    Parameters
    ----------
    size : int
        Number of sequences.
    vocab_size : int
        Number of tokens.
    time : int
        Length of the inputs.
    max_step : int
        The hidden steps are 1 to `max_step`.
    seed : int
        Seed of starts and steps.
    """

    def __init__(
        self,
        *,
        size: int = 512,
        vocab_size: int = 16,
        time: int = 12,
        max_step: int = 3,
        seed: int = 0,
    ) -> None:
        generator = torch.Generator().manual_seed(seed)
        start = torch.randint(vocab_size, (size, 1), generator=generator)
        step = torch.randint(1, max_step + 1, (size, 1), generator=generator)
        tokens = (start + step * torch.arange(time + 1)) % vocab_size  # (size, time + 1)
        super().__init__(tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous())
