import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)


class Untouched:
    def __init__(self, x):
        self.prepare(x)

    def prepare(self, x):
        self.x = x


# Behaviour


def behave():
    x = torch.ones(1, 2, requires_grad=True)
    Block()(x).sum().backward()
    return x.grad is None
