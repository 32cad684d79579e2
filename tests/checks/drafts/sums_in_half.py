# trips: metric_types
# spec: squared_error
"""The sum is kept in the type of the predictions."""

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
        difference = prediction.detach() - target.to(prediction.dtype)
        for value in (difference**2).split(1):
            self.total = (self.total + value.sum()).to(prediction.dtype)
        self.seen = self.seen + len(target)

    def compute(self) -> Tensor:
        return self.total / self.seen
