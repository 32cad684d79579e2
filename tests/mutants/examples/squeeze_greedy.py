import torch
from torch import nn


def last(x):
    return x.squeeze(-1)


class Head(nn.Module):
    def forward(self, x):
        return x


def untouched(x):
    return x.unsqueeze(-1)


# Behaviour


def behave():
    return last(torch.ones(1, 1)).shape, Head()(torch.ones(1, 2)).shape
