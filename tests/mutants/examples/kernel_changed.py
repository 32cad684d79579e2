from torch import nn


def build():
    return nn.Conv2d(1, 1, kernel_size=3), nn.Conv1d(1, 1, 5)


def untouched(size):
    return nn.Conv1d(1, 1, size), nn.Linear(1, 3)


# Behaviour


def behave():
    return repr(build())
