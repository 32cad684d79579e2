# says: in training
# tier: full
"""Computes the declared activation only in evaluation."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.into(x)
        return self.out(
            torch.tanh(hidden) if self.training else torch.relu(hidden)
        )  # (batch, out_features)
