# spec: perceptron
"""The same perceptron without a line of its own in the call."""

from torch import nn


class Perceptron(nn.Sequential):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__(
            nn.Linear(in_features, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, out_features)
        )

    def forward(self, x):
        return super().forward(x)
