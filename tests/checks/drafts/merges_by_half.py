# trips: merges
# spec: accuracy
"""The number of examples is not merged."""

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
        return torch.tensor(self.right / max(self.seen, 1))

    def merge(self, other: Accuracy) -> None:
        self.right += other.right
