from torch import nn


class Stack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.listed = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.chained = nn.Sequential(*[nn.Linear(width, width) for _ in range(depth)])


class Untouched(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, 1) for width in widths])


# Behaviour


def behave():
    return sum(p.numel() for p in Stack(2, 3).parameters())
