# trips: law, numerics, norm_kind
# spec: normed_layer
"""A norm whose epsilon stands outside the root."""

import torch
from torch import Tensor, nn


class Norm(nn.Module):
    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * x / (x.pow(2).mean(-1, keepdim=True).sqrt() + self.eps)


class NormedLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5, eps: float = 1e-6) -> None:
        super().__init__()
        self.norm = Norm(in_features, eps)
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(self.norm(x))  # (batch, out_features)
