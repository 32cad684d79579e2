# spec: free_layer
"""A dropout of which the contract says nothing is never called: a concern, and no failure."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(x)  # (batch, out_features)
