# spec: free_layer_with_loss
"""Beside its rows, the layer returns one number for the whole batch."""

from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.out = nn.Linear(in_features, out_features)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.out(x)  # (batch, out_features)
        return y, y.square().mean()
