import torch
import torch.nn.functional as F


def filled(tokens, length):
    return tokens + [0] * (length - len(tokens))


def padded(x, count):
    return F.pad(x, (0, count))


def joined(x, pad):
    return torch.cat([x, pad])


def named(sequences, collate):
    return collate(sequences, padding_side="left")


def untouched(x, y):
    return F.pad(x, (1, 1)), torch.cat([x, y]), [1] * 3


# Behaviour


def behave():
    x = torch.arange(1.0, 3.0)
    side = named([], lambda sequences, padding_side: padding_side)
    return [filled([1, 2], 4), padded(x, 2), joined(x, torch.zeros(2)), side]
