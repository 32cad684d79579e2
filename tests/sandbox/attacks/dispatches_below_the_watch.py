# says: tanh
"""Lets a mode below the functions compute another activation than the one that is called."""

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode


class Instead(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func is torch.ops.aten.relu.default:
            func = torch.ops.aten.tanh.default
        return func(*args, **(kwargs or {}))


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        with Instead():
            return self.out(torch.relu(self.into(x)))  # (batch, out_features)
