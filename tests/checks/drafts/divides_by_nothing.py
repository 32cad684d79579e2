# trips: empty_value
# spec: accuracy
"""A division by zero where nothing was seen."""

from __future__ import annotations

import torch
from torch import Tensor


class Accuracy:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.right, self.seen = 0, 0

    def update(self, logits: Tensor, target: Tensor) -> None:
        self.right += int((logits.argmax(-1) == target).sum())
        self.seen += len(target)

    def compute(self) -> Tensor:
        return torch.tensor(self.right / self.seen)

    def merge(self, other: Accuracy) -> None:
        self.right += other.right
        self.seen += other.seen
