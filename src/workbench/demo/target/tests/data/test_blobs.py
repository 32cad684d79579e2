import torch

from pocket.data import Blobs


def test_shapes_and_range():
    inputs, targets = Blobs(size=50, num_classes=4, features=3)[:]
    assert inputs.shape == (50, 3)
    assert targets.shape == (50,)
    assert set(targets.tolist()) <= set(range(4))


def test_the_seed_decides():
    first, same, other = Blobs(seed=1)[:][0], Blobs(seed=1)[:][0], Blobs(seed=2)[:][0]
    torch.testing.assert_close(first, same, rtol=0, atol=0)
    assert not torch.equal(first, other)


def test_data_sets_of_different_seeds_share_the_centres():
    for label in range(3):
        centres = []
        for seed in (1, 2):
            inputs, targets = Blobs(size=3000, seed=seed)[:]
            centres.append(inputs[targets == label].mean(dim=0))
        torch.testing.assert_close(centres[0], centres[1], rtol=0, atol=0.05)
