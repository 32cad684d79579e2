"""What every test starts from: the stand-in, its options, its inputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

INPUT = "x"
MASK = "mask"
SECOND = "target"
TARGET = "target"
WEIGHT = "weight"
HAS_MASK = True
COUNT = "batch"
HAS_DATA = True
DATA_SIZES = {"time": 7}
RAGGED = ["x"]
WIDTH = 4
TIME_AXIS = 1
KEEPS_TIME = True
FULL_COUNT = 28
CONVOLUTIONS = 0
CLASSES = 4
HAS_CLASSES = False
LIMIT = 16
LOW, HIGH = 0, 9
SHAPE = (3, 7, 4)
ATTENTION_LAYERS = ATTENTION_HEADS = 0
DEFAULTS = {"width": 4, "dropout": 0.1}
FIXED_AXIS = 2
MANY = 16
EDGE_OPTIONS: list[dict[str, Any]] = [{"width": 1}]
BAD_OPTIONS: list[dict[str, Any]] = [{"width": 0}, {"width": -2}]
OPTIONS: dict[str, Any] = {"width": 4, "dropout": 0.1}
CASES: list[dict[str, int]] = [{"batch": 3, "time": 7}, {"batch": 0, "time": 7}]


class Subject(nn.Module):
    """A stand-in: it averages what may be seen and adds positions.

    Args:
        width: Number of features.
        dropout: Dropout probability.

    Raises:
        ValueError: The width is below one.
    """

    def __init__(self, *, width: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        if width < 1:
            raise ValueError(f"width must be at least 1, got {width}")
        self.mix = nn.Linear(width, width)
        self.position = nn.Parameter(torch.randn(width))
        self.scale = nn.Parameter(torch.ones(width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mix features over time.

        Args:
            x: Features, shape (batch, time, width).
            mask: True where a position is real, shape (batch, time).

        Returns:
            Features, shape (batch, time, width); zero where there is padding.
        """
        if x.dim() != 3 or x.shape[2] != self.scale.numel() or x.shape[1] > LIMIT:
            raise ValueError(f"x must be (batch, time up to {LIMIT}, width), got {x.shape}")
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        if mask.dtype != torch.bool or mask.shape != x.shape[:2]:
            raise ValueError(f"mask must be bool of shape (batch, time), got {mask.shape}")
        time = x.shape[1]
        step = torch.arange(time, device=x.device, dtype=x.dtype)[:, None]  # (time, 1)
        mixed = self.mix((x + step * self.position).tanh()).masked_fill(~mask[:, :, None], 0.0)
        total = mixed.sum(dim=1, keepdim=True) / mask.sum(dim=1).clamp(min=1)[:, None, None]
        return (self.dropout(x * self.scale) + total).masked_fill(~mask[:, :, None], 0.0)


def build(seed: int = 0, **changes: Any) -> Subject:
    """Build a small one whose weights follow from the seed alone."""
    torch.manual_seed(seed)
    return Subject(**{**OPTIONS, **changes})


def make_inputs(batch: int = 3, time: int = 7, seed: int = 0) -> dict[str, Tensor]:
    """Make random inputs of the given sizes."""
    generator = torch.Generator().manual_seed(seed)
    return {"x": torch.randn((batch, time, 4), generator=generator)}


def ways_to_make(generator: torch.Generator) -> dict[str, Tensor]:
    """Show for each type how `make_inputs` makes an input; one of these takes its place there."""
    return {
        "float": torch.randn(SHAPE, generator=generator),
        "bounded float": LOW + (HIGH - LOW) * torch.rand(SHAPE, generator=generator),
        "int": torch.randint(LOW, HIGH + 1, SHAPE, generator=generator),
        "bool": torch.rand(SHAPE, generator=generator) < 0.5,
    }


def doubled(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Bring the floating point inputs to double precision."""
    return {name: x.double() if x.is_floating_point() else x for name, x in inputs.items()}


def make_mask(batch: int = 3, time: int = 7) -> Tensor:
    """Mark the real positions: all of the first example, one of the last."""
    lengths = torch.linspace(time, 1, batch).round()
    return torch.arange(time) < lengths[:, None]


def spread(module: nn.Module) -> nn.Module:
    """Move every parameter off its start: no zero, no symmetry is left."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=generator).to(parameter)
    return module


def expected_shape(batch: int, time: int) -> tuple[int, ...]:
    """Compute the shape of the output."""
    return (batch, time, OPTIONS["width"])


def expected_parameters(options: dict[str, Any]) -> int:
    """Compute the number of parameters as the spec does."""
    return options["width"] ** 2 + 3 * options["width"]
