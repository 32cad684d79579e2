import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Softplus() for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def untouched(names):
    return [name.lower() for name in names]


# Behaviour


def behave():
    return Stack(3)(torch.zeros(2))
