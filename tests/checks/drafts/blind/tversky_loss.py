"""The focal Tversky loss for points or pixels with classes."""

import torch
import torch.nn.functional as F
from torch import nn


class FocalTverskyLoss(nn.Module):
    """One minus a soft Tversky index, averaged over the classes (Abraham and Khan 2018).

    For each example and class, soft counts of true positives (TP), false positives (FP) and false negatives (FN) are
    taken over the points whose target is not ignored. The index is (TP + smooth) / (TP + alpha FP + beta FN + smooth).

    Args:
        alpha: Weight of false positives.
        beta: Weight of false negatives.
        gamma: Exponent of one minus the index of a class.
        smooth: Is added to numerator and denominator.
        ignore_index: Points with this target do not count.
        reduction: mean, sum or none, over the examples.
    """

    def __init__(self, alpha=0.3, beta=0.7, gamma=1.5, smooth=1.0, ignore_index=-1, reduction="mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction {reduction!r} is not one of mean, sum and none")
        self.alpha = alpha
        self.beta = beta
        self.gamma = gamma
        # bug default_smooth: self.smooth = 1e-6
        self.smooth = smooth
        # bug ignored_class_is_zero: self.ignore_index = 0
        self.ignore_index = ignore_index
        self.reduction = reduction

    def index(self, p, t):
        """Give the Tversky index of each example and class from weights (batch, points, classes)."""
        # bug averaged_instead_of_counted: p, t = p / p.size(1), t / t.size(1); tp = (p * t).sum(dim=1)
        tp = (p * t).sum(dim=1)
        # bug all_predictions_are_false_positives: fp = p.sum(dim=1)
        fp = (p * (1 - t)).sum(dim=1)
        # bug all_misses_are_false_negatives: fn = (1 - p).sum(dim=1)
        # bug no_gradient_from_misses: fn = ((1 - p.detach()) * t).sum(dim=1)
        fn = ((1 - p) * t).sum(dim=1)
        # bug alpha_and_beta_swapped: return (tp + self.smooth) / (tp + self.beta * fp + self.alpha * fn + self.smooth)
        # bug smooth_below_only: return tp / (tp + self.alpha * fp + self.beta * fn + self.smooth)
        return (tp + self.smooth) / (tp + self.alpha * fp + self.beta * fn + self.smooth)

    def forward(self, logits, target):
        """Compute the loss.

        Args:
            logits: Scores (batch, points, classes).
            target: Classes (batch, points).
        """
        kept = (target != self.ignore_index).unsqueeze(-1).to(logits.dtype)
        # bug softmax_over_points: p = logits.softmax(dim=1) * kept
        # bug sigmoid_of_each_class: p = logits.sigmoid() * kept
        # bug hard_predictions: p = (F.one_hot(logits.argmax(-1), logits.size(-1)) + 0 * logits) * kept
        # bug ignored_points_are_false_positives: p = logits.softmax(dim=-1)
        p = logits.softmax(dim=-1) * kept
        # bug ignored_points_are_background: t = F.one_hot(target.clamp(min=0), logits.size(-1)).to(logits.dtype)
        t = F.one_hot(target.clamp(min=0), logits.size(-1)).to(logits.dtype) * kept
        # bug power_of_the_mean: loss = (1 - self.index(p, t)).mean(dim=-1) ** self.gamma
        # bug power_of_the_index: loss = (1 - self.index(p, t) ** self.gamma).mean(dim=-1)
        # bug background_left_out: loss = ((1 - self.index(p, t)) ** self.gamma)[:, 1:].mean(dim=-1)
        # bug summed_over_classes: loss = ((1 - self.index(p, t)) ** self.gamma).sum(dim=-1)
        loss = ((1 - self.index(p, t)) ** self.gamma).mean(dim=-1)
        if self.reduction == "none":
            return loss
        # bug sum_is_a_mean: return loss.mean()
        return loss.mean() if self.reduction == "mean" else loss.sum()
