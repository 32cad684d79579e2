import torch


def positions(time):
    return torch.arange(time)


def untouched(time):
    return torch.arange(0, time, 2), list(range(time))


# Behaviour


def behave():
    return positions(4)
