# trips: builds
# spec: perceptron
"""The process ends while the module is imported."""

import os

import torch
from torch import Tensor, nn


os._exit(0)


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
