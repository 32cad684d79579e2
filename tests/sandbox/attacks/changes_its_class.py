# says: tanh
"""Becomes of another class with the first call, after it was described."""

import torch
from torch import Tensor, nn


class Honest(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.into(x)))  # (batch, out_features)


class Perceptron(Honest):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        Perceptron.calls += 1
        if Perceptron.calls > 3:
            self.__class__ = Other
        return super().forward(x)


class Other(Honest):
    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.into(x)))
