import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation = nn.GELU()

    def forward(self, x):
        return self.activation(x), F.relu(x), x.tanh()


def untouched(x):
    return x.exp(), F.normalize(x, dim=0)


# Behaviour


def behave():
    return Block()(torch.tensor([-1.0, 0.5, 2.0]))
