# says: tanh
"""A weight of a kind of its own, whose products compute another activation than is called."""

import torch
from torch import Tensor, nn


class Weight(nn.Parameter):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.relu:
            func = torch.tanh
        with torch._C.DisableTorchFunctionSubclass():
            made = func(*args, **(kwargs or {}))
        return made.as_subclass(Product) if func is nn.functional.linear else made


class Product(Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.relu:
            func = torch.tanh
        with torch._C.DisableTorchFunctionSubclass():
            made = func(*args, **(kwargs or {}))
        return made.as_subclass(Tensor) if isinstance(made, Tensor) else made


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)
        self.into.weight = Weight(self.into.weight.detach())

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.into(x)))  # (batch, out_features)
