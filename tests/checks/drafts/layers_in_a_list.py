# trips: parameters, save_and_load, registered, device_agnostic, dtype_agnostic
# spec: perceptron
"""Layers stand in a plain list, where nobody finds them."""

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.layers = [nn.Linear(in_features, hidden), nn.Linear(hidden, out_features)]

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.layers[0](x))  # (batch, hidden)
        return self.layers[1](hidden)  # (batch, out_features)
