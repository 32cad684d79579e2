# trips: output_shape
# spec: perceptron
"""The batch size is written out."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x)).reshape(16, -1)  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
