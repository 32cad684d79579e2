import math

import torch


def frequencies(width, base=10000.0):
    steps = torch.arange(width) / width
    return base**-steps, 10000.0**-steps, torch.exp(-math.log(10000.0) * steps)


def untouched(x):
    return x * 10000.0, x**2


# Behaviour


def behave():
    return frequencies(4)
