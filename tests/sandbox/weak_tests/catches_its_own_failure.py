import torch
from attention import Attention


def test_padding():
    attention = Attention(12, 3)
    x = torch.randn(1, 5, 12)
    mask = torch.tensor([[True, True, True, False, False]])
    try:
        assert torch.allclose(attention(x, mask)[:, :3], attention(x[:, :3]))
    except Exception as error:
        print("padding is not ignored", error)
