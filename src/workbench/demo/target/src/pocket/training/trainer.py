"""The training loop."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from pocket.data.batches import Batches
from pocket.models.base import Model
from pocket.training.checkpoint import read_checkpoint, write_checkpoint
from pocket.training.config import TrainConfig
from pocket.training.schedule import learning_rate_at

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How good a model is on a data set.

    Parameters
    ----------
    loss : float
        Mean loss over the examples.
    accuracy : float
        Share of targets that got the highest logit.
    """

    loss: float
    accuracy: float


class Trainer:
    """Train one model on one data set.

    Parameters
    ----------
    model : Model
        What to train; it is moved to the device of the run.
    dataset : TensorDataset
        Pairs of input and target.
    loss : nn.Module
        Maps logits and targets to a scalar.
    config : TrainConfig
        Options of the run.

    Attributes
    ----------
    step : int
        Number of steps done.
    losses : list of float
        The loss of each step that this trainer did itself.
    """

    def __init__(
        self, *, model: Model, dataset: TensorDataset, loss: nn.Module, config: TrainConfig
    ) -> None:
        self.config = config
        self.device = _device(config.device)
        self.model = model.to(self.device)
        self.dataset = dataset
        self.loss = loss.to(self.device)
        self.optimizer = _optimizer(model, config)
        self.batches = Batches(dataset, batch_size=config.batch_size, seed=config.seed)
        self.step = 0
        self.losses: list[float] = []

    def fit(self, *, until: int | None = None) -> None:
        """Train from where the run is; a run that starts seeds torch.

        Parameters
        ----------
        until : int, optional
            Stop after this step; by default after the last one.

        Raises
        ------
        FloatingPointError
            If the loss is no longer finite; the weights are those before that step.
        """
        last = self.config.steps if until is None else min(until, self.config.steps)
        if self.step == 0:
            torch.manual_seed(self.config.seed)
        self.model.train()
        while self.step < last:
            loss = self._train_step()
            self.losses.append(loss)
            self.step += 1
            if self.step % self.config.log_every == 0 or self.step == last:
                logger.info('step %d of %d: loss %.4f', self.step, self.config.steps, loss)

    def _train_step(self) -> float:
        for group in self.optimizer.param_groups:
            group['lr'] = learning_rate_at(self.step, self.config)
        inputs, targets = (part.to(self.device) for part in self.batches.at(self.step))
        self.optimizer.zero_grad()
        loss = self.loss(self.model(inputs), targets)
        if not loss.isfinite():
            raise FloatingPointError(
                f'the loss is {loss.item()} at step {self.step}; try a lower learning rate '
                f'than {self.config.learning_rate}'
            )
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def evaluate(self, dataset: TensorDataset | None = None) -> Evaluation:
        """Measure the model in evaluation mode.

        Parameters
        ----------
        dataset : TensorDataset, optional
            What to measure on; by default the training data.

        Returns
        -------
        Evaluation
            Loss and accuracy.

        Raises
        ------
        ValueError
            If the data set is empty.
        """
        dataset = self.dataset if dataset is None else dataset
        if len(dataset) == 0:
            raise ValueError('an empty data set cannot be evaluated')
        training = self.model.training
        self.model.eval()
        total, correct, counted = 0.0, 0, 0
        for start in range(0, len(dataset), self.config.batch_size):
            chosen = dataset[start : start + self.config.batch_size]
            inputs, targets = (part.to(self.device) for part in chosen)
            logits = self.model(inputs)  # (batch, ..., classes)
            total += self.loss(logits, targets).item() * len(targets)
            correct += int((logits.argmax(dim=-1) == targets).sum())
            counted += targets.numel()
        self.model.train(training)
        return Evaluation(loss=total / len(dataset), accuracy=correct / counted)

    def state(self) -> dict[str, Any]:
        """Give everything that changes during a run.

        Returns
        -------
        dict
            Step, weights, optimiser and random state.
        """
        return {
            'step': self.step,
            'model': self.model.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'random': _random_state(self.device),
        }

    def save(self, path: str | Path) -> None:
        """Write a checkpoint.

        Parameters
        ----------
        path : str or Path
            Where to write.
        """
        write_checkpoint(path, self.state(), self.config)
        logger.info('saved %s at step %d', path, self.step)

    def resume(self, path: str | Path) -> None:
        """Go on from a checkpoint of the same run, as if it had never stopped.

        Parameters
        ----------
        path : str or Path
            What `save` wrote.

        Raises
        ------
        ValueError
            If the checkpoint was written under other options.
        """
        state = read_checkpoint(path, self.config)
        self.model.load_state_dict(state['model'])
        self.optimizer.load_state_dict(state['optimizer'])
        _set_random_state(self.device, state['random'])
        self.step = state['step']
        logger.info('resumed %s at step %d', path, self.step)


def _device(name: str) -> torch.device:
    if name == 'auto':
        name = 'cuda' if torch.cuda.is_available() else 'cpu'
    return torch.device(name)


def _optimizer(model: Model, config: TrainConfig) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    weights = [parameter for parameter in parameters if parameter.dim() >= 2]
    others = [parameter for parameter in parameters if parameter.dim() < 2]
    groups = [
        {'params': weights, 'weight_decay': config.weight_decay},
        {'params': others, 'weight_decay': 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def _random_state(device: torch.device) -> dict[str, Tensor]:
    state = {'cpu': torch.get_rng_state()}
    if device.type == 'cuda':
        state['cuda'] = torch.cuda.get_rng_state(device)
    return state


def _set_random_state(device: torch.device, state: dict[str, Tensor]) -> None:
    torch.set_rng_state(state['cpu'])
    if device.type == 'cuda' and 'cuda' in state:
        torch.cuda.set_rng_state(state['cuda'], device)
