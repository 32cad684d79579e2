# trips: numerics
# spec: free_layer
"""The root of a sum of squares has no gradient at zero."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        scale = (x**2).sum(1, keepdim=True).sqrt()
        return self.map(x / (scale + 1e-6) * scale)  # (batch, out_features)
