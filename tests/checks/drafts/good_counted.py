# spec: counted
"""Each product is computed once."""

import torch
from torch import Tensor, nn


class Counted(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48) -> None:
        super().__init__()
        self.widen = nn.Linear(in_features, hidden)
        self.narrow = nn.Linear(hidden, in_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(torch.relu(self.widen(x)))  # (batch, in_features)
