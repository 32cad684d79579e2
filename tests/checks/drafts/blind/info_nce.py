"""A symmetric contrastive loss for two views of the same examples."""

import torch
import torch.nn.functional as F
from torch import nn


class InfoNCE(nn.Module):
    """The symmetric InfoNCE loss with in-batch negatives (as in CLIP, with a fixed temperature).

    Row i of both inputs belongs to the same example; all other rows of the batch are its negatives.

    Args:
        temperature: What the cosine similarities are divided by.
        reduction: mean, sum or none.
    """

    def __init__(self, temperature=0.1, reduction="mean"):
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"temperature must be positive, not {temperature}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {reduction!r}")
        self.temperature = temperature
        self.reduction = reduction

    def forward(self, queries, keys):
        # bug+ keys_normalised_in_place: keys.detach().div_(keys.detach().norm(dim=-1, keepdim=True))
        # bug queries_not_normalised: first = queries
        # bug normalised_over_the_batch: first = F.normalize(queries, dim=0)
        # bug epsilon_added_to_the_norm: first = queries / (queries.norm(dim=-1, keepdim=True) + 0.1)
        first = F.normalize(queries, dim=-1)
        # bug keys_detached: second = F.normalize(keys.detach(), dim=-1)
        # bug manhattan_norm: second = F.normalize(keys, p=1, dim=-1)
        second = F.normalize(keys, dim=-1)
        # bug temperature_multiplied: logits = first @ second.T * self.temperature
        # bug single_precision: logits = (first.float() @ second.float().T) / self.temperature
        logits = first @ second.T / self.temperature
        # bug+ logits_clipped: logits = logits.clamp(-5.0, 5.0)
        # bug first_is_everyones_positive: target = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
        target = torch.arange(len(logits), device=logits.device)
        # bug softmax_twice: forward = F.cross_entropy(logits.softmax(dim=-1), target, reduction="none")
        forward = F.cross_entropy(logits, target, reduction="none")
        backward = F.cross_entropy(logits.T, target, reduction="none")
        # bug one_direction_only: loss = forward
        # bug directions_added: loss = forward + backward
        loss = (forward + backward) / 2
        if self.reduction == "mean":
            # bug mean_over_pairs: return loss.sum() / logits.numel()
            return loss.mean()
        # bug sum_is_a_mean: return loss.mean() if self.reduction == "sum" else loss
        return loss.sum() if self.reduction == "sum" else loss
