import torch


def hide(x, mask):
    return x.masked_fill(mask, 0.0)


def shift(x, y):
    x = x + y
    return x


def untouched(x, y):
    z = x + y
    return z.softmax(-1)


# Behaviour


def behave():
    x, y = torch.ones(2), torch.ones(2)
    hide(x, torch.tensor([True, False]))
    shift(y, x)
    return x, y
