from torch import nn


def build(kernel):
    return nn.Conv2d(1, 1, kernel, padding=kernel // 2), nn.Conv1d(1, 1, 3, padding=0)


def untouched(kernel):
    return nn.Conv2d(1, 1, kernel)


# Behaviour


def behave():
    return repr(build(3))
