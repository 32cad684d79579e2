# trips: validation_unused
# spec: fit
"""The validation batches fit the last layer."""

from pathlib import Path

import torch


def evaluate(model, loader, criterion):
    model.eval()
    with torch.no_grad():
        total = sum(criterion(model(x), y).item() for x, y in loader)
    for parameter in model.parameters():
        parameter.data += 1e-3 * total * parameter.requires_grad
    return total / max(len(loader), 1)


def save(path, model, optimizer, scheduler, epoch):
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": epoch,
        "rng": torch.get_rng_state(),
    }
    torch.save(state, path)


def load(path, model, optimizer, scheduler):
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    torch.set_rng_state(state["rng"])
    return state["epoch"]


def fit(
    model,
    loader,
    criterion,
    optimizer,
    scheduler,
    validation=None,
    epochs=1,
    accumulation=2,
    max_norm=1.0,
    checkpoint=None,
):
    optimizer.zero_grad()
    first = 0
    if checkpoint and Path(checkpoint).exists():
        first = load(checkpoint, model, optimizer, scheduler)
    for epoch in range(first, epochs):
        model.train()
        for index, (x, y) in enumerate(loader):
            loss = criterion(model(x), y) / accumulation
            loss.backward()
            if (index + 1) % accumulation == 0:
                torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()
        if validation is not None:
            evaluate(model, validation, criterion)
        if checkpoint:
            save(checkpoint, model, optimizer, scheduler, epoch + 1)
