import torch
from torch import nn


def resume(model, optimizer, saved):
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])


def untouched(model, saved):
    model.load_state_dict(saved["model"])


# Behaviour


def behave():
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    saved["optimizer"]["param_groups"][0]["lr"] = 0.25
    resume(model, optimizer, saved)
    return optimizer.param_groups[0]["lr"]
