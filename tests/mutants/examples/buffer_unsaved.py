import torch
from torch import nn


class Table(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.register_buffer("table", torch.arange(length))
        self.register_buffer("cache", torch.arange(length), persistent=False)


class Untouched(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.length = length


# Behaviour


def behave():
    table = Table(2)
    return list(table.state_dict()), [name for name, _ in table.named_buffers()]
