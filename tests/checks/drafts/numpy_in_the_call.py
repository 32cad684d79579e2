# trips: device_agnostic
# spec: free_layer
"""A statistic is computed with numpy."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        scale = float(abs(x.detach().numpy()).mean()) if x.numel() else 1.0
        return self.map(torch.tanh(x)) + 0.0 * scale  # (batch, out_features)
