import torch


def pair(tokens):
    return tokens[:, :-1], tokens[:, 1:]


def untouched(tokens):
    return tokens[:, 1:], tokens[:-1]


# Behaviour


def behave():
    return list(pair(torch.arange(8).view(2, 4)))
