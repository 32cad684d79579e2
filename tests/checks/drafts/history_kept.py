# trips: no_growth
# spec: free_layer
"""Norms of every call are kept."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.norms: list[float] = []

    def forward(self, x: Tensor) -> Tensor:
        self.norms.append(
            float(x.detach().norm()) if x.numel() and x.device.type != "meta" else 0.0
        )
        return self.map(x)  # (batch, out_features)
