# trips: numerics
# spec: free_layer
"""What is hidden becomes -1e9, which half precision does not have."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        hidden = self.map(x).masked_fill(torch.zeros_like(x[:, :1]).bool(), -1e9)
        return hidden  # (batch, out_features)
