# trips: reductions
# spec: distance
"""The mean divides by the examples, the sum runs over elements."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2
    if reduction == "mean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each
