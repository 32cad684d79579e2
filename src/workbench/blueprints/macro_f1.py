"""Macro F1 over batches: the F1 score of each class, averaged over the classes that occurred.

Source:
    Opitz and Burst 2019, "Macro F1 and Macro F1": the average of the scores, not the score of the
        averages.
"""

from __future__ import annotations

import torch
from torch import Tensor

CONTRACT = """
name: MacroF1
kind: metric
text: |
  The macro F1 score of 5 classes.
options:
  num_classes: 5
sizes:
  batch: 1..64
inputs:
  logits: float "batch num_classes"
  target: int64 "batch" in 0..num_classes-1
outputs:
  score: float "" in 0..1
roles:
  merge: merge
requires:
  R1: perfect value == 1
  R2: empty value == 0
  R3: merges
  R4: equals sum(where((n := sum((t := one_hot(target, num_classes))
    + (p := one_hot(argmax(logits), num_classes)), axis=0)) > 0,
    2 * sum(t * p, axis=0) / maximum(n, 1), 0)) / sum(n > 0)
"""

CHOICES = {}  # type: ignore[var-annotated]

WHEN = []  # type: ignore[var-annotated]

WORDS = {
    "nouns": [
        "macro f1( score)( metric)",
        "macro averaged f1( score)( metric)",
        "f1( score) metric",
    ],
    "options": {"num_classes": ["{n} classes", "number of classes( of) {n}"]},
    "choices": {},
    "names": {},
    "neutral": ["(for )classification", "(of )logits", "over batches"],
}

ASSUMPTIONS = [
    {
        "about": "num_classes",
        "text": "There are {value} classes.",
        "alternative": "another number of classes",
    },
    {
        "about": "absent",
        "text": "A class that neither occurred nor was predicted is left out of the average.",
        "alternative": "it counts as 0, which lowers the score of a small validation set",
    },
    {
        "about": "empty",
        "text": "Before any update the score is 0.",
        "alternative": "not a number, or an error",
    },
]


class MacroF1:
    """The macro F1 score of everything since the last reset.

    It counts in whole numbers, so no batch size and no precision changes the score.

    Args:
        num_classes: Number of classes.

    Raises:
        ValueError: There are fewer than two classes.

    Example:
        >>> metric = MacroF1(num_classes=2)
        >>> metric.update(torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1]))
        >>> round(metric.compute().item(), 4)
        0.3333
    """

    def __init__(self, num_classes: int = 5) -> None:
        if num_classes < 2:
            raise ValueError(f"num_classes must be at least 2, got {num_classes}")
        self.num_classes = num_classes
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self.hits = torch.zeros(self.num_classes, dtype=torch.long)
        self.seen = torch.zeros(self.num_classes, dtype=torch.long)

    def update(self, logits: Tensor, target: Tensor) -> None:
        """Take a batch in.

        Args:
            logits: Scores of the classes, shape (batch, num_classes).
            target: Class numbers, shape (batch,).

        Raises:
            ValueError: The shapes do not fit.
        """
        if logits.shape != (*target.shape, self.num_classes):
            raise ValueError(
                f"logits must have the shape (batch, {self.num_classes}) and target (batch,), got "
                f"{tuple(logits.shape)} and {tuple(target.shape)}"
            )
        guess = logits.argmax(dim=1)  # (batch,)
        right = target[guess == target]
        self.hits = self.hits.to(right.device) + self.counted(right)
        self.seen = self.seen.to(right.device) + self.counted(guess) + self.counted(target)

    def counted(self, labels: Tensor) -> Tensor:
        """Count how often each class is among labels.

        Args:
            labels: Class numbers, of any shape.

        Returns:
            Counts, shape (num_classes,).
        """
        return torch.bincount(labels.long().flatten(), minlength=self.num_classes)

    def merge(self, other: MacroF1) -> None:
        """Take in what another metric has seen.

        Args:
            other: A metric of as many classes.
        """
        self.hits = self.hits + other.hits.to(self.hits.device)
        self.seen = self.seen + other.seen.to(self.seen.device)

    def compute(self) -> Tensor:
        """Compute the score.

        Returns:
            A scalar in [0, 1]; 0 where nothing was seen.
        """
        occurred = self.seen > 0  # (num_classes,)
        scores = 2 * self.hits / self.seen.clamp(min=1)  # (num_classes,)
        return scores.sum() / occurred.sum().clamp(min=1)
