# trips: parameters
# spec: perceptron
"""An option is taken and not used."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, 40)
        self.out = nn.Linear(40, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
