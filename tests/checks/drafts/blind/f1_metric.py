"""The macro F1 score, gathered over batches."""

import torch
from torch import Tensor, nn


class MacroF1(nn.Module):
    def __init__(self, num_classes: int = 5) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.register_buffer("hits", torch.zeros(num_classes))
        self.register_buffer("said", torch.zeros(num_classes))
        self.register_buffer("true", torch.zeros(num_classes))

    def reset(self) -> None:
        # bug reset_forgets_one: pass
        self.hits.zero_()
        self.said.zero_()
        self.true.zero_()

    @torch.no_grad()
    def update(self, logits: Tensor, targets: Tensor) -> None:
        # bug smallest_logit: chosen = logits.argmin(-1)
        # bug threshold: chosen = (logits > 0).int().argmax(-1)
        chosen = logits.argmax(-1)
        # bug+ last_batch_only: self.reset()
        for number in range(self.num_classes):
            # bug hits_without_truth: self.hits[number] += (chosen == number).sum()
            self.hits[number] += ((chosen == number) & (targets == number)).sum()
            # bug said_once_per_batch: self.said[number] += (chosen == number).any()
            self.said[number] += (chosen == number).sum()
            # bug true_from_chosen: self.true[number] += (chosen == number).sum()
            self.true[number] += (targets == number).sum()

    def compute(self) -> Tensor:
        # bug precision_only: scores = self.hits / self.said.clamp(min=1)
        # bug recall_only: scores = self.hits / self.true.clamp(min=1)
        # bug factor_two_lost: scores = self.hits / (self.said + self.true).clamp(min=1)
        # bug product_for_sum: scores = 2 * self.hits / (self.said * self.true).clamp(min=1)
        # bug absent_not_a_number: scores = 2 * self.hits / (self.said + self.true)
        scores = 2 * self.hits / (self.said + self.true).clamp(min=1)
        # bug micro: return 2 * self.hits.sum() / (self.said + self.true).sum().clamp(min=1)
        # bug weighted: return (scores * self.true).sum() / self.true.sum().clamp(min=1)
        # bug best_class: return scores.max()
        # bug percent: return 100 * scores.mean()
        return scores.mean()
