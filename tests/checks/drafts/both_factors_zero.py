# trips: learns, starts_to_learn
# spec: free_layer
# tier: deep
"""Both factors of the added product begin at zero, so neither has a gradient at the start."""

from torch import Tensor, nn


class FreeLayer(nn.Module):
    def __init__(self, in_features: int = 24, out_features: int = 5) -> None:
        super().__init__()
        self.down = nn.Linear(in_features, 4, bias=False)
        self.up = nn.Linear(4, out_features, bias=False)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.up(self.down(x))  # (batch, out_features)
