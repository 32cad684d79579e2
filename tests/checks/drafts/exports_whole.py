# spec: exported_layer
"""A layer that the exporter follows."""

from torch import Tensor, nn


class ExportedLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.map = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.map(x)  # (batch, out_features)
