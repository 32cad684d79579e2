# trips: deterministic, batch_independent, leaves_no_trace
# spec: perceptron
"""The caller's tensor is changed in place."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        x.mul_(2.0)
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden)  # (batch, out_features)
