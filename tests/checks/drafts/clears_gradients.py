# trips: accumulation
# spec: free_layer
"""The call clears the gradient that it finds."""

from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        self.map.weight.grad = None  # begins every step with a clean slate
        return self.map(x)  # (batch, out_features)
