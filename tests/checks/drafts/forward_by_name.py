# trips: hooks
# spec: free_layer
"""A layer runs past its hooks."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.map.forward(x)  # (batch, out_features)
