# says: after loading into a fresh instance
# tier: full
"""Keeps weights that are used where nobody lists them."""

import torch
from torch import Tensor, nn

_KEPT = {}


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)
        _KEPT[hidden] = torch.randn(hidden, hidden) / hidden**0.5

    def forward(self, x: Tensor) -> Tensor:
        return self.out(
            torch.relu(torch.relu(self.into(x)) @ _KEPT[self.out.in_features].to(x))
        )  # (batch, out_features)
