# trips: extreme_predictions, numerics
# spec: cross_entropy
"""A softmax that overflows."""

import torch
from torch import Tensor, nn


class CrossEntropy(nn.Module):
    def __init__(
        self, label_smoothing: float = 0.1, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        kept = target != self.ignore_index  # (batch,)
        label = torch.where(kept, target, 0)
        log_p = (logits.exp() / logits.exp().sum(1, keepdim=True)).log()  # (batch, num_classes)
        weight = torch.ones_like(log_p[0]) if weight is None else weight
        own = -(log_p * weight).gather(1, label[:, None])[:, 0]
        every = -(log_p * weight).mean(1)
        each = (1 - self.label_smoothing) * own + self.label_smoothing * every
        each = torch.where(kept, each, 0.0)  # (batch,)
        if self.reduction == "none":
            return each
        if self.reduction == "sum":
            return each.sum()
        if self.reduction != "mean":
            raise ValueError(f"reduction is {self.reduction!r}; legal are mean, sum, none")
        counted = torch.where(kept, weight[label], 0.0).sum()
        return each.sum() / counted.clamp(min=1e-12)
