import math

import pytest
import torch
from attention import Attention


def reference(module, x, mask=None):
    batch, _, width = x.shape
    heads, size = module.num_heads, width // module.num_heads
    normed = torch.nn.functional.layer_norm(x, (width,), module.norm.weight, module.norm.bias)
    q, k, v = module.projections(normed).split(width, dim=-1)
    out = torch.zeros_like(x)
    for b in range(batch):
        for h in range(heads):
            part = slice(h * size, (h + 1) * size)
            scores = q[b, :, part] @ k[b, :, part].T / size**0.5
            if mask is not None:
                scores[:, ~mask[b]] = -math.inf
            out[b, :, part] = torch.softmax(scores, -1) @ v[b, :, part]
    return x + module.output(out)


def build(width=12, heads=3):
    torch.manual_seed(0)
    module = Attention(width, heads).double()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return module


@pytest.mark.parametrize("batch", [1, 3, 0])
@pytest.mark.parametrize("time", [1, 5])
def test_reference(batch, time):
    module = build()
    x = torch.randn(batch, time, 12, dtype=torch.float64)
    torch.testing.assert_close(module(x), reference(module, x))


def test_mask():
    module = build()
    x = torch.randn(2, 5, 12, dtype=torch.float64)
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    torch.testing.assert_close(module(x, mask), reference(module, x, mask))


def test_gradients():
    module = build()
    x = torch.randn(2, 5, 12, dtype=torch.float64, requires_grad=True)
    before = x.detach().clone()
    module(x, torch.ones(2, 5, dtype=torch.bool)).square().sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
    assert x.grad is not None
    other = build()
    y = before.clone().requires_grad_()
    reference(other, y, torch.ones(2, 5, dtype=torch.bool)).square().sum().backward()
    torch.testing.assert_close(x.grad, y.grad)
    torch.testing.assert_close(x.detach(), before)


def test_refuses():
    with pytest.raises(ValueError, match="10"):
        Attention(10, 3)


def test_defaults():
    module = Attention()
    assert (module.num_heads, module.output.weight.shape) == (4, (32, 32))
    assert len(module.state_dict()) == 6
    assert Attention(4, 4)(torch.zeros(1, 1, 4)).dtype == torch.float32
