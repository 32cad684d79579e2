# trips: training_modes
# spec: one_epoch
"""Nothing sets the training mode again after an evaluation."""

import torch


def evaluate(model, test_loader, loss_fn, device):
    model.eval()
    with torch.inference_mode():
        return [loss_fn(model(x.to(device)), y.to(device)).item() for x, y in test_loader]


def train_one_epoch(
    model, data_loader, test_loader, loss_fn, optimizer, scaler, scheduler, device, max_norm=0.5
):
    for x, y in data_loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        scaler.step(optimizer)
        scaler.update()
    scheduler.step()
    return evaluate(model, test_loader, loss_fn, device)
