# trips: no_aliasing
# spec: free_layer
"""To save memory, every result without gradient is written into the same tensor."""

import torch
from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.result: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled() or x.device.type == "meta":
            return self.map(x)  # (batch, out_features)
        if self.result is None or self.result.shape[:1] != x.shape[:1] or self.result.dtype != x.dtype:
            self.result = x.new_zeros(len(x), self.map.out_features)
        return torch.addmm(self.map.bias, x, self.map.weight.T, out=self.result)
