import torch
import torch.nn.functional as F


def normalise(x, eps=1e-5):
    return x / (x.square().mean() + eps).sqrt()


def fused(x):
    return F.layer_norm(x, (4,), eps=1e-6), x / (x.abs().sum() + 1e-8)


def untouched(x, rate=1e-5):
    return x + 0.5, x * rate


# Behaviour


def behave():
    x = torch.arange(4.0) / 10
    return normalise(x), fused(x)
