# trips: signature
# spec: perceptron
"""The configuration has another width than the contract."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass
class PerceptronConfig:
    in_features: int = 24
    hidden: int = 64
    out_features: int = 5
    name: str = "perceptron"


class Perceptron(nn.Module):
    def __init__(self, config) -> None:
        super().__init__()
        self.widen = nn.Linear(config.in_features, config.hidden)
        self.out = nn.Linear(config.hidden, config.out_features)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.widen(x))  # (batch, hidden)
        return self.out(hidden[:, [*range(hidden.shape[1])]])  # (batch, out_features)
