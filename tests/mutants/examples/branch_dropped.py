import torch


def block(x, branch):
    x = x + branch(x)
    x += branch(x)
    return x


def untouched(x, y):
    return x + y


# Behaviour


def behave():
    return block(torch.ones(2), torch.sin)
