# trips: numerics
# spec: free_layer
"""An epsilon that does not exist in half precision."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        normed = x / (x.abs().sum(1, keepdim=True) + 1e-12)
        return self.map(normed)  # (batch, out_features)
