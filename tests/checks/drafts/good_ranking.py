# spec: ranking
"""Compares all pairs; equal scores count half."""

from torch import Tensor


def ranking(scores: Tensor, target: Tensor) -> Tensor:
    positive, negative = scores[target == 1].float(), scores[target == 0].float()
    higher = (positive[:, None] > negative).float() + 0.5 * (positive[:, None] == negative)
    return higher.mean() if higher.numel() else higher.new_tensor(0.5)
