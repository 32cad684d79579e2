# spec: cross_entropy
"""The built-in function, guarded where it divides by zero."""

import torch
from torch import Tensor
from torch.nn import functional as F


def CrossEntropy(  # noqa: N802 - the spec names it so
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    label_smoothing: float = 0.1,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    loss = F.cross_entropy(
        logits,
        target,
        weight,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )
    nothing = (target == ignore_index).all()
    return torch.where(nothing, 0.0 * logits.sum(), loss) if reduction == "mean" else loss
