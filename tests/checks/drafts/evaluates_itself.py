# trips: modes
# spec: free_layer
"""The call switches to evaluation."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        self.eval()
        return self.map(torch.tanh(x))  # (batch, out_features)
