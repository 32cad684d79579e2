# trips: reductions
# spec: distance
"""The mean divides by the examples, the sum runs over elements."""

from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2
    return {"mean": each.sum() / len(each), "sum": each.sum(), "none": each}[reduction]
