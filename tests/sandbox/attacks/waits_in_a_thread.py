# says: changed and changed back
"""A thread that replaces what turns tensors into arrays, again and again for a moment."""

import threading
import time

import torch
from torch import Tensor, nn

modules = getattr(__import__("sys"), "mod" + "ules")["workbench" + ".frameworks._torch_module"]
real = modules.array


def flicker():
    for _ in range(200):
        modules.__dict__["array"] = lambda tensor: real(tensor)
        modules.__dict__["array"] = real
        time.sleep(0.0005)


threading.Thread(target=flicker, daemon=True).start()


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 24, hidden: int = 48, out_features: int = 5) -> None:
        super().__init__()
        self.into = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.into(x)))  # (batch, out_features)
