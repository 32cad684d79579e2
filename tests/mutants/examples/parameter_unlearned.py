import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.fixed = nn.Parameter(torch.ones(width), requires_grad=False)


def untouched(width):
    return torch.ones(width)


# Behaviour


def behave():
    return [(name, p.requires_grad) for name, p in Scale(2).named_parameters()]
