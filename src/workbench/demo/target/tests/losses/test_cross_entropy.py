import math

import pytest
import torch

from pocket import losses
from pocket.losses import CrossEntropy


def test_equal_logits_cost_the_logarithm_of_the_classes():
    loss = CrossEntropy()(torch.zeros(4, 7), torch.randint(7, (4,)))
    assert loss.item() == pytest.approx(math.log(7))


def test_agrees_with_the_written_out_formula():
    logits, target = torch.randn(5, 3), torch.randint(3, (5,))
    expected = -logits.log_softmax(dim=-1)[torch.arange(5), target].mean()
    torch.testing.assert_close(CrossEntropy()(logits, target), expected)


def test_every_position_of_a_sequence_counts():
    logits, target = torch.randn(2, 4, 3), torch.randint(3, (2, 4))
    flat = CrossEntropy()(logits.reshape(8, 3), target.reshape(8))
    torch.testing.assert_close(CrossEntropy()(logits, target), flat)


def test_ignored_targets_do_not_count():
    logits, target = torch.randn(4, 3), torch.tensor([0, -100, 2, -100])
    expected = CrossEntropy()(logits[[0, 2]], target[[0, 2]])
    torch.testing.assert_close(CrossEntropy()(logits, target), expected)


def test_nothing_but_ignored_targets_costs_nothing():
    logits = torch.randn(2, 3, requires_grad=True)
    loss = CrossEntropy()(logits, torch.full((2,), -100))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.abs().max() == 0


def test_smoothing_mixes_with_the_mean_over_classes():
    logits, target = torch.randn(5, 3), torch.randint(3, (5,))
    uniform = -logits.log_softmax(dim=-1).mean()
    expected = 0.8 * CrossEntropy()(logits, target) + 0.2 * uniform
    torch.testing.assert_close(CrossEntropy(label_smoothing=0.2)(logits, target), expected)


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[1e4, -1e4], [-1e4, 1e4]])
    loss = CrossEntropy()(logits, torch.tensor([1, 1]))
    assert loss.item() == pytest.approx(1e4)


def test_is_built_by_name():
    assert losses.build('cross_entropy', label_smoothing=0.1).label_smoothing == 0.1


def test_a_smoothing_above_one_is_refused():
    with pytest.raises(ValueError, match='got 1.5'):
        CrossEntropy(label_smoothing=1.5)
