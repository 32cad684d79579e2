import torch
import torch.nn.functional as F


def weights(scores):
    return scores.softmax(dim=-1), F.softmax(scores, 0)


def untouched(scores):
    return scores.sum(dim=-1)


# Behaviour


def behave():
    return weights(torch.arange(6.0).view(2, 3))
