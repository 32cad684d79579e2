# trips: numerics
# spec: free_layer
"""A softmax without subtracting the largest."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        weights = torch.exp(x)
        return self.map(x * weights / weights.sum(1, keepdim=True))  # (batch, out_features)
