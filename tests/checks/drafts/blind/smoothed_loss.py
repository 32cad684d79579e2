"""Cross entropy with label smoothing, class weights, ignored targets and a choice of reduction."""

import torch
from torch import Tensor, nn


class SmoothedCrossEntropy(nn.Module):
    def __init__(
        self, smoothing: float = 0.1, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__()
        # bug reduction_unchecked: if False:
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be 'mean', 'sum' or 'none', not {reduction!r}")
        self.smoothing = smoothing
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        # bug ignore_index_fixed: kept = targets != -1
        # bug ignores_class_zero: kept = (targets != self.ignore_index) & (targets != 0)
        kept = targets != self.ignore_index
        safe = targets.masked_fill(~kept, 0)
        # bug probabilities_logged: logs = logits.softmax(-1).log()
        # bug epsilon_added: logs = (logits.softmax(-1) + 1e-3).log()
        # bug softmax_over_batch: logs = logits.log_softmax(0)
        # bug already_log: logs = logits
        # bug exponentials_unshifted: logs = logits - logits.exp().sum(-1, keepdim=True).log()
        logs = logits.log_softmax(-1)  # (batch, classes)
        picked = logs.gather(-1, safe[:, None])[:, 0]
        # bug smoothing_sums: spread = logs.sum(-1)
        # bug smoothing_ignored: spread = picked
        # bug smoothing_over_others: spread = (logs.sum(-1) - picked) / (logs.shape[-1] - 1)
        spread = logs.mean(-1)
        # bug smoothing_doubled: losses = -(1 - 2 * self.smoothing) * picked - 2 * self.smoothing * spread
        # bug sign_lost: losses = (1 - self.smoothing) * picked + self.smoothing * spread
        # bug target_detached: losses = -(1 - self.smoothing) * picked.detach() - self.smoothing * spread
        losses = -(1 - self.smoothing) * picked - self.smoothing * spread
        # bug ignored_counts: pass
        losses = losses.masked_fill(~kept, 0.0)  # (batch,)
        if self.reduction == "none":
            # bug none_is_shortened: return losses[kept]
            return losses
        if self.reduction == "sum":
            # bug sum_is_mean: return losses.mean()
            return losses.sum()
        # bug mean_over_all: return losses.mean()
        # bug mean_divides_by_zero: return losses.sum() / kept.sum()
        # bug mean_over_classes: return losses.sum() / kept.sum().clamp(min=1) / logits.shape[-1]
        return losses.sum() / kept.sum().clamp(min=1)
