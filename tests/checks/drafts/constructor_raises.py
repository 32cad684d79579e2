# trips: builds
# spec: perceptron
"""The constructor uses a layer before it is ready for one."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
