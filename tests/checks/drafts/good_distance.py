# spec: distance
"""A squared distance, as a function."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2
    if reduction == "mean":
        return each.mean()
    return each.sum() if reduction == "sum" else each
