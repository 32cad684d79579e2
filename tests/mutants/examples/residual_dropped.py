import torch


def block(x, branch):
    return x + branch(x)


def shortcut(out, identity):
    out += identity
    return out


def untouched(x, y):
    return x + y


# Behaviour


def behave():
    return block(torch.ones(2), torch.sin), shortcut(torch.ones(2), torch.ones(2))
