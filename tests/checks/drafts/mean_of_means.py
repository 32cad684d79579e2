# trips: update_in_parts
# spec: squared_error
"""The mean of the means of the batches."""

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
        self.total = self.total + (difference**2).mean()
        self.seen = self.seen + 1

    def compute(self) -> Tensor:
        return self.total / self.seen
