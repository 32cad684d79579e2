import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        rate = 0.5 if self.training else 0.0
        return self.dropout(x), F.dropout(x, 0.5, self.training), F.dropout(x, rate)


def untouched(x, rate):
    return F.normalize(x, p=rate, dim=0) if rate else x


# Behaviour


def behave():
    torch.manual_seed(0)
    return Block().train()(torch.ones(50))
