import pytest
import torch

from pocket.models import MLP


@pytest.mark.parametrize('batch', [0, 1, 5])
@pytest.mark.parametrize('depth', [0, 1, 3])
def test_output_shape(batch, depth):
    model = MLP(in_features=4, num_classes=3, width=8, depth=depth)
    assert model(torch.randn(batch, 4)).shape == (batch, 3)


def test_parameter_count():
    model = MLP(in_features=4, num_classes=3, width=8, depth=2)
    assert model.num_parameters() == (4 * 8 + 8) + (8 * 8 + 8) + (8 * 3 + 3)


def test_gradient_reaches_every_parameter():
    model = MLP(width=8, depth=2)
    (model(torch.randn(6, 2)) * torch.randn(6, 3)).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_examples_do_not_see_each_other():
    model = MLP()
    x = torch.randn(4, 2)
    torch.testing.assert_close(model(x)[1:2], model(x[1:2]))


def test_dropout_acts_while_training_only():
    model = MLP(dropout=0.5)
    x = torch.randn(4, 2)
    assert not torch.equal(model(x), model(x))
    model.eval()
    torch.testing.assert_close(model(x), model(x), rtol=0, atol=0)


@pytest.mark.parametrize('options', [{'width': 0}, {'depth': -1}, {'num_classes': 0}])
def test_bad_options_are_refused(options):
    with pytest.raises(ValueError, match='must be at least 1'):
        MLP(**options)
