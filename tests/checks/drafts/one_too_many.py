# trips: perfect_value
# spec: recall
"""One is added to what it divides by."""

import torch
from torch import Tensor


class MacroRecall:
    def __init__(self, num_classes: int = 3) -> None:
        self.num_classes = num_classes
        self.reset()

    def reset(self) -> None:
        self.right = torch.zeros(self.num_classes, dtype=torch.long)
        self.seen = torch.zeros(self.num_classes, dtype=torch.long)

    def update(self, prediction: Tensor, target: Tensor) -> None:
        hits = target[prediction == target].long()
        self.right = self.right + torch.bincount(hits, minlength=self.num_classes)
        self.seen = self.seen + torch.bincount(target.long(), minlength=self.num_classes)

    def compute(self) -> Tensor:
        return (self.right / (self.seen + 1)).mean()
