from torch import nn


def build():
    return nn.Conv2d(1, 1, 3, dilation=2), nn.Conv1d(1, 1, 3, 1, 1, 1)


def untouched():
    return nn.Conv2d(1, 1, 3)


# Behaviour


def behave():
    return repr(build())
