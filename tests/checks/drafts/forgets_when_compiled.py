# trips: compiles
# spec: free_layer
# tier: deep
"""The way that is taken while compiling forgets the scale."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        if torch.compiler.is_compiling():
            return self.map(x)
        return self.map(x) * 0.5  # (batch, out_features)
