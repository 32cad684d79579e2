# trips: compiles
# spec: exported_layer
"""A branch on values takes two ways that agree, and no exporter can follow it."""

from torch import Tensor, nn


class ExportedLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        if bool((x > 0).any()):
            return self.map(x)
        return self.map(x) + 0.0  # (batch, out_features)
