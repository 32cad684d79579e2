# spec: free_layer
"""A branch that adds nothing before its first step."""

from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)
        self.inner = nn.Linear(in_features, in_features)
        self.outer = nn.Linear(in_features, out_features)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(x) + self.outer(self.inner(x).tanh())  # (batch, out_features)
