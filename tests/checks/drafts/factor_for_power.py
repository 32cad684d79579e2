# trips: equation, named_formula
# spec: focal
"""The focusing parameter became a factor."""

import torch
from torch import Tensor, nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, reduction: str = "mean") -> None:
        super().__init__()
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        log_p = torch.log_softmax(logits, 1).gather(1, target[:, None])[:, 0]  # (batch,)
        each = -(1 - log_p.exp()) * self.gamma * log_p
        return {"mean": each.mean(), "sum": each.sum(), "none": each}[self.reduction]
