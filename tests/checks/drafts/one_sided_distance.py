# trips: symmetric
# spec: distance
"""Too much costs more than too little."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2 * (1 + 0.5 * (difference > 0))
    return {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
