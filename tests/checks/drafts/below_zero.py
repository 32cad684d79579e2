# trips: non_negative
# spec: distance
"""A constant was taken off."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2 - 0.5
    return {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
