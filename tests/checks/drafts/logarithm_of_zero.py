# trips: extreme_predictions
# spec: binary
"""A probability of 0 or 1 has no finite logarithm."""

from torch import Tensor, nn


class Binary(nn.Module):
    def forward(self, probability: Tensor, target: Tensor) -> Tensor:
        own = target * probability.log()  # (batch,)
        return -(own + (1 - target) * (1 - probability).log()).mean()
