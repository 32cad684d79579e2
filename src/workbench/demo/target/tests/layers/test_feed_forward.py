import pytest
import torch

from pocket.layers import FeedForward


@pytest.mark.parametrize(('batch', 'time'), [(0, 4), (1, 1), (3, 5)])
def test_output_shape(batch, time):
    assert FeedForward(embed_dim=8)(torch.randn(batch, time, 8)).shape == (batch, time, 8)


def test_positions_do_not_see_each_other():
    layer = FeedForward(embed_dim=8)
    x = torch.randn(2, 5, 8)
    torch.testing.assert_close(layer(x)[:, 3:4], layer(x[:, 3:4]))


def test_expansion_sets_the_hidden_width():
    assert FeedForward(embed_dim=8, expansion=3).widen.out_features == 24
