# trips: activation, folded_maps
# spec: perceptron
"""Two linear maps follow each other."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.widen(x)  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
