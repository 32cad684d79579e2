import torch


def halves(x):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((-second, first), dim=-1)


def pairs(x):
    even, odd = x[..., 0::2], x[..., 1::2]
    return even - 2 * odd


def untouched(x):
    parts = x.chunk(3, dim=-1)
    return torch.cat([parts[0], parts[1], parts[2]], dim=-1)


# Behaviour


def behave():
    x = torch.arange(1.0, 9.0)
    return halves(x), pairs(x)
