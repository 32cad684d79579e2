import torch


def split(x, heads):
    batch, time, width = x.shape
    return x.view(batch, time, heads, width // heads).transpose(1, 2)


def unflatten(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def join(x):
    return x.transpose(1, 2).flatten(2)


def reshape(x, batch, time, width):
    return x.transpose(1, 2).contiguous().view(batch, time, width)


def untouched(x, rows, columns):
    return x.view(rows, columns), x.transpose(-2, -1), x.flatten(1)


# Behaviour


def behave():
    x = torch.arange(48.0).view(2, 3, 8)
    y = split(x, 4)
    return y, unflatten(x, 4), join(y), reshape(y, 2, 3, 8)
