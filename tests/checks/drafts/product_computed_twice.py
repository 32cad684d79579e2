# trips: flops
# spec: counted
"""A gate computes the same product again."""

import torch
from torch import Tensor, nn


class Counted(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.narrow = nn.Linear(hidden, in_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.widen(x) * torch.sigmoid(self.widen(x))  # (batch, hidden)
        return self.narrow(hidden)  # (batch, in_features)
