import math

import pytest
import torch

from pocket.layers import CausalSelfAttention


@pytest.fixture
def layer():
    return CausalSelfAttention(embed_dim=8, num_heads=2).double().eval()


@pytest.mark.parametrize(('batch', 'time'), [(0, 4), (1, 1), (3, 5)])
def test_output_shape(layer, batch, time):
    x = torch.randn(batch, time, 8, dtype=torch.double)
    assert layer(x).shape == (batch, time, 8)


def test_agrees_with_the_written_out_formula(layer):
    x = torch.randn(2, 5, 8, dtype=torch.double)
    query, key, value = layer.split(x)
    expected = torch.zeros(2, 2, 5, 4, dtype=torch.double)
    for here in range(5):
        scores = query[:, :, here, None] @ key[:, :, : here + 1].mT / math.sqrt(4)
        expected[:, :, here] = (scores.softmax(dim=-1) @ value[:, :, : here + 1]).squeeze(2)
    torch.testing.assert_close(layer(x), layer.out(expected.transpose(1, 2).reshape(2, 5, 8)))


def test_split_gives_each_head_its_own_slice(layer):
    x = torch.randn(1, 3, 8, dtype=torch.double)
    query, key, value = layer.split(x)
    flat = layer.qkv(x)
    torch.testing.assert_close(query[0, 1], flat[0, :, 4:8])
    torch.testing.assert_close(key[0, 0], flat[0, :, 8:12])
    torch.testing.assert_close(value[0, 1], flat[0, :, 20:24])


def test_no_gradient_flows_from_later_positions(layer):
    x = torch.randn(1, 6, 8, dtype=torch.double, requires_grad=True)
    (gradient,) = torch.autograd.grad(layer(x)[:, 2].square().sum(), x)
    assert gradient[:, 3:].abs().max() == 0
    assert (gradient[:, :3].abs().sum(dim=-1) > 0).all()


def test_a_hidden_position_is_seen_by_none_but_itself(layer):
    x = torch.randn(1, 4, 8, dtype=torch.double)
    mask = torch.tensor([[True, False, True, True]])
    changed = x.clone()
    changed[:, 1] += 1
    before, after = layer(x, mask), layer(changed, mask)
    torch.testing.assert_close(before[:, [0, 2, 3]], after[:, [0, 2, 3]])
    assert not torch.allclose(before[:, 1], after[:, 1])


def test_a_mask_that_keeps_everything_changes_nothing(layer):
    x = torch.randn(2, 4, 8, dtype=torch.double)
    torch.testing.assert_close(layer(x), layer(x, torch.ones(2, 4, dtype=torch.bool)))


def test_a_row_of_padding_stays_finite(layer):
    x = torch.randn(2, 4, 8, dtype=torch.double, requires_grad=True)
    mask = torch.tensor([[False] * 4, [True] * 4])
    y = layer(x, mask)
    y.sum().backward()
    assert y.isfinite().all()
    assert x.grad.isfinite().all()


def test_position_bias_is_added_to_the_scores():
    class PreviousOnly(CausalSelfAttention):
        def position_bias(self, query):
            time = torch.arange(query.shape[2])
            distance = time[:, None] - time
            return torch.where(distance == 1, 0.0, -1e9)[None, None]

    layer = PreviousOnly(embed_dim=8, num_heads=2).eval()
    x = torch.randn(1, 5, 8)
    _, _, value = layer.split(x)
    previous = layer.out(value.transpose(1, 2).flatten(2))[:, :-1]
    torch.testing.assert_close(layer(x)[:, 1:], previous)


def test_dropout_acts_while_training_only():
    layer = CausalSelfAttention(embed_dim=8, num_heads=2, dropout=0.5)
    x = torch.randn(1, 5, 8)
    assert not torch.equal(layer(x), layer(x))
    layer.eval()
    torch.testing.assert_close(layer(x), layer(x), rtol=0, atol=0)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'embed_dim': 8, 'num_heads': 3}, 'must divide'),
        ({'embed_dim': 8, 'num_heads': 0}, 'must divide'),
        ({'embed_dim': 8, 'num_heads': 2, 'dropout': 1.0}, r'in \[0, 1\)'),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        CausalSelfAttention(**options)
