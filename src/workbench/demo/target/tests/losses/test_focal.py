import pytest
import torch

from pocket.losses import CrossEntropy, FocalLoss


def test_gamma_zero_is_cross_entropy():
    logits, target = torch.randn(6, 4), torch.randint(4, (6,))
    expected = CrossEntropy()(logits, target)
    torch.testing.assert_close(FocalLoss(gamma=0.0)(logits, target), expected)


def test_agrees_with_the_written_out_formula():
    logits, target = torch.randn(6, 4), torch.randint(4, (6,))
    chance = logits.softmax(dim=-1)[torch.arange(6), target]
    expected = (-((1 - chance) ** 2) * chance.log()).mean()
    torch.testing.assert_close(FocalLoss(gamma=2.0)(logits, target), expected)


def test_an_easy_example_weighs_less_than_a_hard_one():
    loss, plain = FocalLoss(gamma=2.0), CrossEntropy()
    easy, hard = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    target = torch.tensor([0])
    easy_share = loss(easy, target) / plain(easy, target)
    hard_share = loss(hard, target) / plain(hard, target)
    assert easy_share < 0.01
    assert hard_share > 0.9


@pytest.mark.parametrize('gamma', [0.0, 0.5, 2.0])
@pytest.mark.parametrize('logit', [1e4, -1e4])
def test_value_and_gradient_stay_finite(gamma, logit):
    logits = torch.tensor([[logit, 0.0]], requires_grad=True)
    loss = FocalLoss(gamma=gamma)(logits, torch.tensor([0]))
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


def test_an_empty_batch_costs_nothing():
    assert FocalLoss()(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)).item() == 0


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='got -1'):
        FocalLoss(gamma=-1.0)
