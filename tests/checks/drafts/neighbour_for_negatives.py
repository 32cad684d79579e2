# trips: order_independent
# spec: contrastive_laws
"""The next row is the only negative."""

import torch
from torch import Tensor, nn


class Contrastive(nn.Module):
    def __init__(self, temperature: float = 0.5) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, anchor: Tensor, positive: Tensor) -> Tensor:
        scores = anchor @ positive.T / self.temperature  # (batch, batch)
        return nn.functional.softplus(scores.roll(1, 1).diagonal() - scores.diagonal()).mean()
