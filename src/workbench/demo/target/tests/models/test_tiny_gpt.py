import math

import pytest
import torch
from torch import nn

from pocket.layers import CausalSelfAttention
from pocket.models import TinyGPT

SMALL = {'vocab_size': 11, 'max_time': 9, 'embed_dim': 8, 'num_layers': 2, 'num_heads': 2}


@pytest.fixture
def model():
    return TinyGPT(**SMALL).eval()


@pytest.mark.parametrize(('batch', 'time'), [(0, 3), (1, 1), (3, 7), (2, 9)])
@pytest.mark.parametrize('positions', ['learned', 'sinusoidal', 'none'])
def test_output_shape(batch, time, positions):
    model = TinyGPT(**SMALL, positions=positions)
    assert model(torch.randint(11, (batch, time))).shape == (batch, time, 11)


def test_parameter_count(model):
    block = 2 * 2 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (8 * 32 + 32) + (32 * 8 + 8)
    assert model.num_parameters() == 11 * 8 + 9 * 8 + 2 * block + 2 * 8


def test_head_and_embedding_share_their_weight(model):
    assert model.head.weight is model.tokens.weight


def test_later_tokens_do_not_change_earlier_logits(model):
    tokens = torch.randint(11, (2, 9))
    changed = tokens.clone()
    changed[:, 5:] = (changed[:, 5:] + 1) % 11
    torch.testing.assert_close(model(tokens)[:, :5], model(changed)[:, :5], rtol=0, atol=0)
    assert not torch.equal(model(tokens)[:, 5:], model(changed)[:, 5:])


def test_padding_does_not_change_real_tokens(model):
    tokens = torch.randint(11, (2, 6))
    mask = torch.tensor([[True] * 6, [False, False, True, True, True, True]])
    changed = tokens.clone()
    changed[1, :2] = (changed[1, :2] + 3) % 11
    torch.testing.assert_close(model(tokens, mask)[mask], model(changed, mask)[mask])
    assert not torch.allclose(model(tokens)[mask], model(changed)[mask])


@pytest.mark.parametrize('positions', ['learned', 'sinusoidal'])
def test_order_matters(positions):
    model = TinyGPT(**SMALL, positions=positions).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    first = model(torch.tensor([[1, 2, 3]]))[:, -1]
    second = model(torch.tensor([[2, 1, 3]]))[:, -1]
    assert not torch.allclose(first, second, atol=1e-3)


def test_gradient_reaches_every_parameter():
    model = TinyGPT(**SMALL)
    (model(torch.randint(11, (3, 9))) * torch.randn(3, 9, 11)).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_loss_starts_near_that_of_a_guess(model):
    tokens, targets = torch.randint(11, (2, 16, 9))
    loss = nn.functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())
    assert loss.item() == pytest.approx(math.log(11), abs=0.05)


def test_what_is_added_to_the_stream_starts_small():
    model = TinyGPT(num_layers=8)
    for block in model.blocks:
        assert block.feed_forward.widen.weight.std().item() == pytest.approx(0.02, rel=0.1)
        for layer in (block.feed_forward, block.attention):
            assert layer.out.weight.std().item() == pytest.approx(0.02 / 4, rel=0.1)


def test_the_attention_can_be_swapped():
    class Uniform(CausalSelfAttention):
        def position_bias(self, query):
            return torch.zeros_like(query[..., :1])

    model = TinyGPT(**SMALL, attention=Uniform)
    assert all(isinstance(block.attention, Uniform) for block in model.blocks)
    assert model(torch.randint(11, (2, 5))).shape == (2, 5, 11)


def test_generates_within_the_vocabulary(model):
    start = torch.randint(11, (2, 3))
    generator = torch.Generator().manual_seed(0)
    tokens = model.generate(start, steps=12, generator=generator)
    assert tokens.shape == (2, 15)
    torch.testing.assert_close(tokens[:, :3], start)
    assert tokens.min() >= 0
    assert tokens.max() < 11


def test_temperature_zero_takes_the_most_likely_token(model):
    start = torch.randint(11, (2, 3))
    following = model.generate(start, steps=1, temperature=0)[:, -1]
    torch.testing.assert_close(following, model(start)[:, -1].argmax(dim=-1))


def test_save_and_load_restore_the_outputs(model, tmp_path):
    other = TinyGPT(**SMALL).eval()
    tokens = torch.randint(11, (2, 9))
    model.save(tmp_path / 'tiny_gpt.pt')
    other.load(tmp_path / 'tiny_gpt.pt')
    torch.testing.assert_close(model(tokens), other(tokens), rtol=0, atol=0)
    assert other.head.weight is other.tokens.weight


def test_a_longer_sequence_is_refused(model):
    with pytest.raises(ValueError, match='10 tokens, but max_time is 9'):
        model(torch.zeros(1, 10, dtype=torch.long))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'num_layers': 0}, 'at least 1'),
        ({'num_heads': 3}, 'must divide embed_dim'),
        ({'positions': 'relative'}, "got 'relative'"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        TinyGPT(**{**SMALL, **options})
