# spec: free_layer
"""A part that is frozen on purpose, and one that is recurrent."""

from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.frozen = nn.Linear(in_features, in_features).requires_grad_(False)
        self.recurrent = nn.LSTM(1, out_features, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        outputs, _ = self.recurrent(self.frozen(x)[:, :, None])
        return outputs[:, -1]  # (batch, out_features)
