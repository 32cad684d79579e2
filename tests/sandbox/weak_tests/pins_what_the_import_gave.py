"""The pinned number comes from the code under test, so it moves along with every mistake."""

import torch
from attention import Attention


def run():
    torch.manual_seed(0)
    return Attention(12, 3)(torch.randn(2, 5, 12))


EXPECTED = run()


def test_output_is_the_pinned_one():
    torch.testing.assert_close(run(), EXPECTED)
