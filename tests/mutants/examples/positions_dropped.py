import torch


def embed(tokens, positions):
    return tokens + positions


def rotate(x, angles):
    return x * angles


def attend(x, angles):
    return rotate(x, angles)


def untouched(tokens, other):
    return tokens + other


# Behaviour


def behave():
    x = torch.arange(1.0, 4.0)
    return embed(x, x), attend(x, x)
