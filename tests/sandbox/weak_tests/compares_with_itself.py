import torch
from attention import Attention


def test_output():
    attention = Attention(12, 3)
    x = torch.randn(2, 5, 12)
    torch.testing.assert_close(attention(x), attention(x))
