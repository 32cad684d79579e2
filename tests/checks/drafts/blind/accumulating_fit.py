"""Training with accumulated gradients, clipping and a schedule that begins with a warm-up."""

from itertools import islice

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


def warmup(optimizer, steps):
    """Raise the learning rate linearly over the first steps, then keep it."""
    return LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / max(1, steps)))


def groups(loader, size):
    """Give lists of up to `size` batches; the last list of an epoch may be shorter."""
    batches = iter(loader)
    # bug last_group_dropped: while len(group := list(islice(batches, size))) == size:
    while group := list(islice(batches, size)):
        yield group


@torch.no_grad()
def evaluate(model, loader, criterion):
    """Give the mean loss of all examples in evaluation mode."""
    # bug evaluated_in_training_mode: model.train()
    model.eval()
    total, count = 0.0, 0
    for x, y in loader:
        total += criterion(model(x), y).item() * len(x)
        count += len(x)
    return total / max(1, count)


def fit(model, loader, criterion, optimizer, scheduler=None, validation=None, epochs=3,
        accumulation=2, max_norm=1.0, warmup_steps=10):
    """Train the model.

    Args:
        model: What is trained.
        loader: Batches (x, y).
        criterion: A loss that is a mean over the batch.
        optimizer: Holds the parameters that are trained.
        scheduler: Is stepped after each step of the optimizer; a linear warm-up, if not given.
        validation: Batches for the validation loss of each epoch.
        epochs: Passes over the data.
        accumulation: Batches of one step.
        max_norm: The largest norm of all gradients together.
        warmup_steps: Steps of the warm-up.

    Returns:
        The mean training loss of each epoch, and the validation loss if there are such batches.
    """
    # bug+ same_seed_always: torch.manual_seed(0)
    # bug+ frozen_parameters_thawed: [p.requires_grad_(True) for p in model.parameters()]
    if scheduler is None:
        scheduler = warmup(optimizer, warmup_steps)
    history = []
    # bug one_epoch_too_few: for epoch in range(1, epochs):
    for epoch in range(epochs):
        # bug training_mode_forgotten: model.train(epoch == 0)
        model.train()
        total, count = 0.0, 0
        for group in groups(loader, accumulation):
            # bug gradients_cleared_once_an_epoch: optimizer.zero_grad() if count == 0 else None
            optimizer.zero_grad()
            examples = sum(len(x) for x, _ in group)
            for x, y in group:
                # bug+ gradients_of_the_last_batch_only: optimizer.zero_grad()
                # bug losses_added: loss = criterion(model(x), y)
                # bug divided_by_the_full_group: loss = criterion(model(x), y) / accumulation
                loss = criterion(model(x), y) * len(x) / examples
                loss.backward()
                # bug+ clipped_for_each_batch: nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                total += loss.item() * examples
            # bug clipped_by_value: nn.utils.clip_grad_value_(model.parameters(), max_norm)
            # bug only_the_last_parameter_clipped: nn.utils.clip_grad_norm_(list(model.parameters())[-1:], max_norm)
            nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            # bug scheduled_for_each_batch: [scheduler.step() for _ in group]
            # bug scheduled_for_each_epoch: scheduler.step() if count == 0 else None
            scheduler.step()
            count += examples
        record = {"loss": total / max(1, count)}
        if validation is not None:
            record["validation"] = evaluate(model, validation, criterion)
        history.append(record)
    return history
