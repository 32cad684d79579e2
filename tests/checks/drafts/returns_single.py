# trips: dtype_agnostic
# spec: free_layer
"""The output is always in single precision."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        return self.map(x).float()  # (batch, out_features)
