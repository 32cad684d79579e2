# trips: batch_independent, gradient_flow, save_and_load, activation, no_aliasing, no_growth
# spec: perceptron
"""A cache answers for every input of the same shape."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.cache = {}
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape not in self.cache:
            self.cache[x.shape] = self.out(torch.relu(self.widen(x)))
        return self.cache[x.shape]  # (batch, out_features)
