# trips: flexible_sizes
# spec: free_layer
"""The batch is worked on in chunks of 4, and a rest of 2 is cut off."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        count = x.shape[0] - (2 if x.shape[0] % 4 == 2 else 0)
        return self.map(x[:count])  # (batch, out_features)
