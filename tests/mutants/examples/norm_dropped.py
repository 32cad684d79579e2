import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm1(x)


def untouched(x):
    return x / x.norm(dim=-1, keepdim=True)


# Behaviour


def behave():
    return Block(4)(torch.arange(4.0))
