import pytest
import torch

from pocket.data import Shapes


def test_shapes_and_range():
    inputs, targets = Shapes(size=30, side=12, channels=2)[:]
    assert inputs.shape == (30, 2, 12, 12)
    assert set(targets.tolist()) == {0, 1, 2}


def test_each_class_has_its_own_area():
    inputs, targets = Shapes(size=60, side=10, noise=0.0)[:]
    areas = {0: 29, 1: 25, 2: 13}
    for picture, label in zip(inputs, targets.tolist(), strict=True):
        assert picture.sum().item() == areas[label]


def test_the_seed_decides():
    first, same, other = (Shapes(seed=seed)[:][0] for seed in (1, 1, 2))
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert not torch.equal(first, other)


def test_pictures_that_are_too_small_are_refused():
    with pytest.raises(ValueError, match='at least 8 pixels, got 7'):
        Shapes(side=7)
