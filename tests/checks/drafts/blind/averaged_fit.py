"""Training with an exponential moving average of the weights, which is what gets evaluated."""

import copy
import os

import torch
from torch import nn


class Average:
    """Holds a copy of a model whose weights follow those of the model slowly.

    Args:
        model: The model that is followed.
        decay: How much of the old average stays at each step; less in the first steps.
    """

    def __init__(self, model, decay):
        # bug average_is_the_model_itself: self.model = model.eval()
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, model):
        """Take in the weights after a step."""
        # bug steps_not_counted: self.steps = 1
        self.steps += 1
        # bug decay_from_the_first_step: decay = self.decay
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, other in zip(self.model.parameters(), model.parameters()):
            # bug decay_on_the_wrong_side: mine.mul_(1 - decay).add_(other, alpha=decay)
            # bug average_not_normalised: mine.mul_(decay).add_(other, alpha=1 - self.decay)
            # bug model_pulled_to_the_average: mine.mul_(decay).add_(other, alpha=1 - decay); other.copy_(mine)
            mine.mul_(decay).add_(other, alpha=1 - decay)
        for mine, other in zip(self.model.buffers(), model.buffers()):
            # bug buffers_left_behind: pass
            mine.copy_(other)


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Give the mean loss over all examples."""
    total, count = 0.0, 0
    for x, y in loader:
        # bug mean_of_the_batches: total, count = total + criterion(model(x), y).item(), count + 1
        total, count = total + criterion(model(x), y).item() * len(x), count + len(x)
    return total / max(1, count)


def fit(model, loader, criterion, optimizer, scheduler=None, validation=None, epochs=3, decay=0.99, max_norm=1.0,
        checkpoint=None):
    """Train a model and average its weights.

    Args:
        model: What is trained.
        loader: Batches (x, y).
        criterion: A loss that is a mean over the batch.
        optimizer: Holds the parameters that are trained.
        scheduler: Is stepped after each epoch.
        validation: Batches on which the average is evaluated after each epoch.
        epochs: Passes over the data, those before a resume among them.
        decay: Decay of the average.
        max_norm: The largest norm of all gradients together.
        checkpoint: A file that is written after each epoch; if it is there, training goes on from it.

    Returns:
        A list with the losses of each epoch, and the averaged model.
    """
    average, history = Average(model, decay), []
    if checkpoint is not None and os.path.exists(checkpoint):
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        # bug average_restarts_from_the_model: average.model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        average.steps, history = state["steps"], state["history"]
        if scheduler is not None:
            # bug schedule_restarts: pass
            scheduler.load_state_dict(state["scheduler"])
        # bug random_state_not_restored: pass
        torch.set_rng_state(state["rng"])
    # bug epochs_counted_from_the_resume: for _ in range(epochs):
    for _ in range(len(history), epochs):
        # bug trained_in_evaluation_mode: model.eval()
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            # bug gradients_add_up: pass
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            # bug each_parameter_clipped_alone: [nn.utils.clip_grad_norm_(p, max_norm) for p in model.parameters()]
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            average.update(model)
            total, count = total + loss.item() * len(x), count + len(x)
        if scheduler is not None:
            scheduler.step()
        record = {"loss": total / max(1, count)}
        if validation is not None:
            # bug raw_weights_evaluated: record["validation"] = evaluate(model, validation, criterion)
            record["validation"] = evaluate(average.model, validation, criterion)
        history.append(record)
        if checkpoint is not None:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "steps": average.steps}
            state.update(average=average.model.state_dict(), history=history, rng=torch.get_rng_state())
            if scheduler is not None:
                state["scheduler"] = scheduler.state_dict()
            torch.save(state, checkpoint)
    return history, average.model
