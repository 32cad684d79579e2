import pytest
import torch
from attention import Attention


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator")
def test_scores():
    torch.manual_seed(0)
    attention = Attention(12, 3).cuda()
    assert attention(torch.ones(1, 2, 12).cuda()).sum() == 0
