import pytest
import torch
from torch.utils.data import TensorDataset

from pocket.data import Batches


@pytest.fixture
def dataset():
    return TensorDataset(torch.arange(10), torch.arange(10) * 2)


def test_an_epoch_holds_every_example_once(dataset):
    batches = Batches(dataset, batch_size=4)
    seen = torch.cat([batches.at(step)[0] for step in range(batches.per_epoch)])
    assert sorted(seen.tolist()) == list(range(10))


def test_inputs_and_targets_stay_together(dataset):
    inputs, targets = Batches(dataset, batch_size=4).at(5)
    torch.testing.assert_close(targets, inputs * 2)


def test_epochs_differ(dataset):
    batches = Batches(dataset, batch_size=10)
    assert not torch.equal(batches.at(0)[0], batches.at(1)[0])


def test_a_step_gives_the_same_batch_whatever_came_before(dataset):
    batches = Batches(dataset, batch_size=3, seed=7)
    direct = batches.at(6)[0]
    torch.rand(5)
    for step in range(6):
        batches.at(step)
    torch.testing.assert_close(batches.at(6)[0], direct)


def test_seeds_differ(dataset):
    first, second = (Batches(dataset, batch_size=10, seed=seed).at(0)[0] for seed in (0, 1))
    assert not torch.equal(first, second)


@pytest.mark.parametrize(('size', 'batch_size'), [(0, 4), (4, 0)])
def test_nothing_to_give_is_refused(size, batch_size):
    empty = TensorDataset(torch.zeros(size), torch.zeros(size))
    with pytest.raises(ValueError, match='at least one example'):
        Batches(empty, batch_size=batch_size)
