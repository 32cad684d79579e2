# trips: batch_decomposes
# spec: distance
"""Each example is weighted by how hard the others are."""

import torch
from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = difference**2 * torch.softmax((difference**2).mean(1), 0)[:, None] * len(target)
    return {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
