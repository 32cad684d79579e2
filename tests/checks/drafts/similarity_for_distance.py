# trips: minimised_at_target
# spec: distance
"""A similarity in the place of a distance."""

import torch
from torch import Tensor


def distance(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # (batch, features)
    each = torch.exp(-(difference**2))
    return {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
