import torch

from pocket.data import Sequences


def test_the_target_is_the_next_input():
    inputs, targets = Sequences(size=20, time=8)[:]
    assert inputs.shape == targets.shape == (20, 8)
    torch.testing.assert_close(inputs[:, 1:], targets[:, :-1])


def test_every_sequence_counts_with_one_step():
    inputs, targets = Sequences(size=100, vocab_size=16, max_step=3)[:]
    steps = (targets - inputs) % 16
    assert (steps == steps[:, :1]).all()
    assert set(steps[:, 0].tolist()) == {1, 2, 3}


def test_the_seed_decides():
    first, same, other = (Sequences(seed=seed)[:][0] for seed in (1, 1, 2))
    torch.testing.assert_close(first, same)
    assert not torch.equal(first, other)
