# spec: distance
"""A squared distance, as a function."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2
    return {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
