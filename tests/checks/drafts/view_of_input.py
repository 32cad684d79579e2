# trips: strided_inputs
# spec: free_layer
"""A view is asked for where the values may lie apart."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(x.view(-1)[: x.numel()].view(x.shape))  # (batch, out_features)
