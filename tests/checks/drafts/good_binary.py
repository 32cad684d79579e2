# spec: binary
"""Clamps before the logarithm."""

from torch import Tensor, nn


class Binary(nn.Module):
    def forward(self, probability: Tensor, target: Tensor) -> Tensor:
        probability = probability.clamp(1e-6, 1 - 1e-6)
        own = target * probability.log()  # (batch,)
        return -(own + (1 - target) * (1 - probability).log()).mean()
