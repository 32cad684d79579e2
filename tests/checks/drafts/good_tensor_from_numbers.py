# spec: free_layer
"""Numbers become tensors on the input's device, in the input's type."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.drop = nn.Dropout(0.0)

    def forward(self, x: Tensor) -> Tensor:
        pair = torch.tensor([0.5, 1.5], device=x.device, dtype=x.dtype)
        x = x * pair.sum() + x.new_tensor([1.0, 2.0]).mean()
        hidden = nn.functional.dropout(self.map(x), self.drop.p, self.training)
        if (hidden > 1e6).any():
            hidden = hidden[hidden.isfinite().all(1)]
        return hidden  # (batch, out_features)
