import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        return self.norm(x)


def untouched(channels):
    return nn.LayerNorm(channels)


# Behaviour


def behave():
    return Block(2).eval()(torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
