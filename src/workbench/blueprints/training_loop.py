"""A training loop with accumulation, clipping, a schedule and exact resume.

Source:
    clipping: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks",
        section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader

CONTRACT = """
name: TrainingLoop
kind: training
text: |
  A training loop with gradient accumulation over 4 batches, gradient clipping at 1.0, a schedule
  per step, evaluation and resume.
options:
  accumulation: 4
  max_norm: 1.0
sizes:
  batch: 1..64
  features: 1..64
  classes: 2..10
inputs:
  x: float "batch features"
  y: int64 "batch" in 0..classes-1
outputs:
  logits: float "batch classes"
roles:
  model: model
  data: batches
  validation: validation
  loss: loss
  optimizer: optimizer
  schedule: schedule
  epochs: epochs
  run: fit
  checkpoint: checkpoint
requires:
  R1: accumulation == accumulation
  R2: gradient norm <= max_norm
  R3: schedule per == step
  R4: exact resume
"""

CHOICES = {}  # type: ignore[var-annotated]

WHEN = []  # type: ignore[var-annotated]

WORDS = {
    "nouns": ["training loop", "trainer", "train loop"],
    "options": {
        "accumulation": [
            "gradient accumulation( over)( of) {n}( batches)",
            "[accumulating|accumulates]( gradients)( over) {n}( batches)",
            ["[no|without] gradient accumulation", 1],
        ],
        "max_norm": [
            "gradient clipping( at)( to)( norm)( of) {n}",
            "[clipped|clipping]( the)( gradients)( at)( to)( a)( norm)( of) {n}",
            "gradient norm( of) {n}",
        ],
    },
    "choices": {},
    "names": {},
    "neutral": [
        "(a )(learning rate )schedule per step",
        "(a )per step( learning rate) schedule",
        "(with )evaluation( after each epoch)",
        "(with )(exact )resume( from a checkpoint)",
    ],
}

ASSUMPTIONS = [
    {
        "about": "accumulation",
        "text": "{value} batches make one step; the last step of an epoch has what is left.",
        "alternative": "1, for a step after each batch",
    },
    {
        "about": "max_norm",
        "text": "The norm of all gradients together is clipped at {value}.",
        "alternative": "another norm, or a bound for each value",
    },
    {
        "about": "schedule",
        "text": "The learning rate changes after every step of the optimizer.",
        "alternative": "after every epoch",
    },
    {
        "about": "resume",
        "text": "A checkpoint is written after every epoch and holds model, optimizer, schedule, "
        "history and random numbers; where it is there, training goes on behind it.",
        "alternative": "weights only, which would train another model after an interruption",
    },
]


class TrainingLoop:
    """Train a model, and go on where an earlier run was stopped.

    Args:
        model: What is trained.
        optimizer: Updates its parameters.
        loss: Maps the model's output and the target to the mean loss of a batch.
        schedule: Sets the learning rate; stepped after every step of the optimizer.
        accumulation: Number of batches that make one step.
        max_norm: The largest norm of all gradients together.

    Raises:
        ValueError: An option is out of its range.

    Example:
        >>> model = nn.Linear(3, 2)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
        >>> loop = TrainingLoop(model, optimizer, nn.functional.cross_entropy, schedule)
        >>> batches = [(torch.zeros(4, 3), torch.zeros(4, dtype=torch.long))]
        >>> len(loop.fit(batches, batches, epochs=2))
        2
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        loss: Callable[[Tensor, Tensor], Tensor],
        schedule: LRScheduler,
        accumulation: int = 4,
        max_norm: float = 1.0,
    ) -> None:
        if accumulation < 1:
            raise ValueError(f"accumulation must be at least 1, got {accumulation}")
        if max_norm <= 0.0:
            raise ValueError(f"max_norm must be above 0, got {max_norm}")
        self.model = model
        self.optimizer = optimizer
        self.loss = loss
        self.schedule = schedule
        self.accumulation = accumulation
        self.max_norm = max_norm
        self.history: list[dict[str, float]] = []

    def fit(
        self,
        batches: DataLoader[Sequence[Tensor]],
        validation: DataLoader[Sequence[Tensor]] | None = None,
        epochs: int = 1,
        checkpoint: str | Path | None = None,
    ) -> list[dict[str, float]]:
        """Train for some epochs, those before an interruption included.

        Args:
            batches: What to train on; the last part of each batch is the target.
            validation: What to evaluate on after every epoch.
            epochs: Number of passes over the batches.
            checkpoint: Where the state is written after every epoch, and read from if it is there.

        Returns:
            For every epoch its mean ``loss``, and ``validation`` if there is one.
        """
        if checkpoint is not None and Path(checkpoint).exists():
            self.load(checkpoint)
        while len(self.history) < epochs:
            entry = {"loss": self.train_epoch(batches)}
            if validation is not None:
                entry["validation"] = self.evaluate(validation)
            self.history.append(entry)
            if checkpoint is not None:
                self.save(checkpoint)
        return self.history

    def train_epoch(self, batches: DataLoader[Sequence[Tensor]]) -> float:
        """Train on every batch once.

        Args:
            batches: What to train on.

        Returns:
            The mean loss over the batches; 0 without any.
        """
        self.model.train()
        self.optimizer.zero_grad()
        count, total = len(batches), 0.0
        for index, (*inputs, target) in enumerate(batches):
            first = index - index % self.accumulation
            together = min(self.accumulation, count - first)  # the last step may have fewer
            loss = self.loss(self.model(*inputs), target)
            (loss / together).backward()
            total += loss.item()
            if index + 1 == first + together:
                self.step()
        return total / max(count, 1)

    def step(self) -> None:
        """Clip the gradients, update the parameters, and set the next learning rate."""
        nn.utils.clip_grad_norm_(self.model.parameters(), self.max_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()

    @torch.no_grad()
    def evaluate(self, batches: DataLoader[Sequence[Tensor]]) -> float:
        """Measure the mean loss over the examples, and leave the model's mode as it was.

        Args:
            batches: What to evaluate on.

        Returns:
            The loss; 0 without any example.
        """
        training = self.model.training
        self.model.eval()
        total, count = 0.0, 0
        for *inputs, target in batches:
            total += self.loss(self.model(*inputs), target).item() * len(target)
            count += len(target)
        self.model.train(training)
        return total / max(count, 1)

    def save(self, path: str | Path) -> None:
        """Write everything that the rest of the run depends on.

        Args:
            path: The file; it is replaced as a whole, so an interruption leaves the former one.
        """
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "history": self.history,
            "random": torch.get_rng_state(),
        }
        part = Path(path).with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: str | Path) -> None:
        """Read what `save` wrote.

        Args:
            path: The file.

        Raises:
            ValueError: A part is missing, or goes by another name.
        """
        state = torch.load(path, weights_only=True)
        parts = ("model", "optimizer", "schedule", "history", "random")
        missing = [part for part in parts if part not in state]
        if missing:
            raise ValueError(f"the checkpoint {path} has no {missing}, only {list(state)}")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.history = state["history"]
        torch.set_rng_state(state["random"])
