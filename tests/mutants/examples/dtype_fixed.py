import torch
from torch import nn


class Block(nn.Module):
    def table(self, x):
        return torch.ones(2, dtype=x.dtype), torch.ones(2).to(x.dtype)


class Head(nn.Module):
    def forward(self, x):
        return x


def untouched():
    return torch.ones(2, dtype=torch.int64)


# Behaviour


def behave():
    x = torch.ones(2, dtype=torch.float16)
    return Head()(x), Block().table(x)
