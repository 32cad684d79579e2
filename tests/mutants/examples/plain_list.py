import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width)])
        self.scales = nn.ParameterList([nn.Parameter(torch.ones(width))])


def untouched(names):
    return list(names)


# Behaviour


def behave():
    return list(Stack(2).state_dict())
