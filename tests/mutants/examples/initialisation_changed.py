import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)


def untouched(x):
    return x.normal_()


# Behaviour


def behave():
    torch.manual_seed(0)
    return list(Block().state_dict().values())
