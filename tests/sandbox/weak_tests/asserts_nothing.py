import torch
from attention import Attention


def test_it_runs():
    Attention(12, 3)(torch.randn(2, 5, 12))
