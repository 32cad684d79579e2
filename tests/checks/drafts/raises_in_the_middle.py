# trips: flexible_sizes
# spec: free_layer
"""A window of sizes was never thought of."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        if 20 <= x.shape[0] < 40:
            raise ValueError("too many for one pass, too few for two")
        return self.map(x)  # (batch, out_features)
