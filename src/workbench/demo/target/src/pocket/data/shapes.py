"""Noisy pictures of simple shapes."""

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from pocket.data.registry import register


@register('shapes')
class Shapes(TensorDataset):
    """Classify pictures that show a disc, a square or a cross at some place.

    Parameters
    ----------
    size : int
        Number of pictures.
    side : int
        Height and width in pixels, at least 8.
    channels : int
        Channels, all with the same shape and their own noise.
    noise : float
        Standard deviation of the noise; the shape has the value 1, its surroundings 0.
    seed : int
        Seed of shapes, places and noise.

    Raises
    ------
    ValueError
        If the pictures are too small to hold a shape.
    """

    def __init__(
        self,
        *,
        size: int = 256,
        side: int = 16,
        channels: int = 1,
        noise: float = 0.2,
        seed: int = 0,
    ) -> None:
        if side < 8:
            raise ValueError(f'side must be at least 8 pixels, got {side}')
        generator = torch.Generator().manual_seed(seed)
        targets = torch.randint(3, (size,), generator=generator)
        centres = torch.randint(3, side - 3, (size, 2), generator=generator)
        drawn = _draw(targets, centres, side)[:, None].float()  # (size, 1, side, side)
        grain = torch.randn(size, channels, side, side, generator=generator)
        super().__init__(drawn + noise * grain, targets)


def _draw(targets: Tensor, centres: Tensor, side: int) -> Tensor:
    pixels = torch.arange(side)
    down = (pixels - centres[:, :1])[:, :, None].abs()  # (size, side, 1)
    across = (pixels - centres[:, 1:])[:, None, :].abs()  # (size, 1, side)
    disc = down**2 + across**2 <= 9
    square = torch.maximum(down, across) <= 2
    cross = (torch.minimum(down, across) == 0) & (torch.maximum(down, across) <= 3)
    every = torch.stack((disc, square, cross), dim=1)  # (size, 3, side, side)
    return every[torch.arange(len(targets)), targets]  # (size, side, side)
