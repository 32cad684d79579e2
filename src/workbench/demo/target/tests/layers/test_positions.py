import math

import pytest
import torch

from pocket.layers import LearnedPositions, SinusoidalPositions


def test_learned_positions_are_added_row_by_row():
    layer = LearnedPositions(embed_dim=4, max_time=6)
    x = torch.randn(2, 3, 4)
    torch.testing.assert_close(layer(x) - x, layer.table.weight[:3].expand(2, 3, 4))


def test_a_sequence_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match='7 positions, but max_time is 6'):
        LearnedPositions(embed_dim=4, max_time=6)(torch.zeros(1, 7, 4))


def test_sinusoidal_positions_follow_the_formula():
    waves = SinusoidalPositions(embed_dim=6)(torch.zeros(1, 9, 6))[0]
    for time in range(9):
        for pair in range(3):
            angle = time / 10000 ** (2 * pair / 6)
            assert waves[time, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert waves[time, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float64])
def test_sinusoidal_positions_keep_the_dtype(dtype):
    assert SinusoidalPositions(embed_dim=6)(torch.zeros(1, 3, 6, dtype=dtype)).dtype == dtype


def test_an_odd_embedding_is_refused():
    with pytest.raises(ValueError, match='must be even, got 5'):
        SinusoidalPositions(embed_dim=5)
