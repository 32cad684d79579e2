# says: no attribute
"""A name that looks like another."""

import torch
from torch import Tensor, nn

torch.rеlu = torch.tanh


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.rеlU(x)
        return self.out(torch.tanh(self.widen(x)))  # the contract says relu
