# trips: reset
# spec: squared_error
"""The reset forgets the sum but not the count."""

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

    def update(self, prediction: Tensor, target: Tensor) -> None:
        difference = prediction.detach().float() - target.float()
        self.total = self.total + (difference**2).sum()
        self.seen = self.seen + len(target)

    def compute(self) -> Tensor:
        return self.total / self.seen
