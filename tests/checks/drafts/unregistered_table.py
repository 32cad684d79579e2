# trips: save_and_load, registered
# spec: perceptron
"""A random table is no part of the state."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.table = torch.randn(hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden * self.table.to(x))  # (batch, out_features)
