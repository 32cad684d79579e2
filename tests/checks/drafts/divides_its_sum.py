# trips: compute_repeats
# spec: squared_error
"""Compute divides the sum itself."""

import torch
from torch import Tensor, nn


class SquaredError(nn.Module):
    total: Tensor
    seen: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(()))
        self.register_buffer("seen", torch.zeros((), dtype=torch.long))

    def reset(self) -> None:
        self.total = torch.zeros_like(self.total)
        self.seen = torch.zeros_like(self.seen)

    def update(self, prediction: Tensor, target: Tensor) -> None:
        difference = prediction.detach().float() - target.float()
        self.total = self.total + (difference**2).sum()
        self.seen = self.seen + len(target)

    def compute(self) -> Tensor:
        self.total = self.total / self.seen
        return self.total
