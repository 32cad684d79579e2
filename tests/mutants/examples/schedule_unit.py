import torch
from torch import nn


def per_step(optimizer, scheduler):
    for _ in range(2):
        for _ in range(3):
            optimizer.step()
            scheduler.step()


def per_epoch(optimizer, scheduler):
    for _ in range(2):
        for _ in range(3):
            optimizer.step()
        scheduler.step()


def untouched(optimizer):
    for _ in range(2):
        for _ in range(3):
            optimizer.step()
        optimizer.zero_grad()


# Behaviour


def behave():
    rates = []
    for run in (per_step, per_epoch):
        optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        run(optimizer, torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5))
        rates.append(optimizer.param_groups[0]["lr"])
    return rates
