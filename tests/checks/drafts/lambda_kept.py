# trips: copies
# spec: free_layer
"""An activation is a lambda in an attribute."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.activate = lambda hidden: torch.tanh(hidden)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(self.activate(x))  # (batch, out_features)
