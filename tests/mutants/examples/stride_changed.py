from torch import nn


def build():
    return nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3, 1), nn.MaxPool2d(2, stride=2)


def untouched(stride):
    return nn.Conv2d(1, 1, 3, stride=stride)


# Behaviour


def behave():
    return repr(build())
