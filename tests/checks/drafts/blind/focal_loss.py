"""The focal loss with class weights and an ignored label."""

import torch
from torch import nn


class FocalLoss(nn.Module):
    """The multi-class focal loss (Lin et al. 2017).

    Args:
        gamma: The focusing parameter; 0 gives the weighted cross entropy.
        ignore_index: Targets with this label do not count.
        reduction: mean (over the weights of the targets that count), sum or none.
    """

    def __init__(self, gamma=2.0, ignore_index=-100, reduction="mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {reduction!r}")
        self.gamma = gamma
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, logits, target, weight=None):
        # bug ignored_label_hard_coded: kept = target != -1
        # bug label_zero_ignored: kept = (target != self.ignore_index) & (target > 0)
        kept = target != self.ignore_index
        # bug target_changed_in_place: safe = target.masked_fill_(~kept, 0)
        safe = target.masked_fill(~kept, 0).clamp(min=0)
        # bug softmax_over_the_batch: log_probs = logits.log_softmax(dim=0)
        # bug sigmoid_for_softmax: log_probs = torch.nn.functional.logsigmoid(logits)
        # bug epsilon_in_the_logarithm: log_probs = torch.log(logits.softmax(dim=1) + 1e-6)
        log_probs = logits.log_softmax(dim=1)
        log_p = log_probs.gather(1, safe[:, None]).squeeze(1)
        # bug weight_of_the_prediction: scale = torch.ones_like(log_p) if weight is None else weight[logits.argmax(dim=1)]
        scale = torch.ones_like(log_p) if weight is None else weight[safe]
        scale = scale * kept
        # bug focus_on_the_easy: focus = log_p.exp() ** self.gamma
        # bug focus_detached: focus = (1 - log_p.detach().exp()) ** self.gamma
        # bug weight_inside_the_focus: focus = (1 - (scale * log_p).exp()) ** self.gamma
        # bug gamma_as_a_factor: focus = self.gamma * (1 - log_p.exp())
        focus = (1 - log_p.exp()).clamp(min=torch.finfo(log_p.dtype).tiny) ** self.gamma
        loss = -scale * focus * log_p
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        # bug mean_over_all: return loss.mean()
        # bug mean_over_kept: return loss.sum() / kept.sum().clamp(min=1)
        # bug divisor_at_least_one: return loss.sum() / scale.sum().clamp(min=1.0)
        # bug nothing_kept_is_nan: return loss.sum() / scale.sum()
        return loss.sum() / scale.sum().clamp(min=torch.finfo(loss.dtype).tiny)
