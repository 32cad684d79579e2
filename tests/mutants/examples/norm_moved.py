import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.branch(self.norm1(x))
        return self.norm2(x + self.branch(x))

    def branch(self, x):
        return x.sin()


def untouched(x, norm, branch):
    return norm(x), x + branch(x)


# Behaviour


def behave():
    return Block(4)(torch.arange(4.0))
