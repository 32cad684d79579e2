import torch
import torch.nn.functional as F


def reduce(x):
    return x.mean(), x.sum(dim=1), F.mse_loss(x, -x, reduction="sum")


def untouched(x):
    return x.amax(), F.mse_loss(x, -x, reduction="none"), sum(x)


# Behaviour


def behave():
    return reduce(torch.arange(6.0).view(2, 3))
