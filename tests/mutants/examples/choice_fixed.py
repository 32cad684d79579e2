import torch


def choose(a, x):
    return (1 if a else 2), torch.where(x > 0, x, -x)


def untouched(x):
    return x.abs()


# Behaviour


def behave():
    return [choose(a, torch.tensor([-1.0, 1.0])) for a in (True, False)]
