import torch
from attention import Attention


def test_shape():
    assert Attention(12, 3)(torch.randn(2, 5, 12)).shape == (2, 5, 12)


def test_shape_with_mask():
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    assert Attention(12, 3)(torch.randn(2, 5, 12), mask).shape == (2, 5, 12)
