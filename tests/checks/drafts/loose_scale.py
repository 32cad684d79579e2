# trips: registered
# spec: free_layer
"""A constant table stands in a plain attribute."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.scale = torch.linspace(0.5, 1.5, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(x) * self.scale.to(x)  # (batch, out_features)
