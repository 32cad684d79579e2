# trips: dtype_agnostic
# spec: free_layer
"""A ramp is made in the default type."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)


    def forward(self, x: Tensor) -> Tensor:
        ramp = torch.linspace(0.5, 1.5, x.shape[1], device=x.device)
        return self.map(x * ramp)  # (batch, out_features)
