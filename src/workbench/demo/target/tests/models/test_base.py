import pytest
import torch
from torch import nn

from pocket.models import Model


class Pair(Model):
    def __init__(self, *, width=3):
        super().__init__()
        self.first = nn.Linear(width, width, bias=False)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        return self.second(self.first(x))


def test_a_model_without_forward_cannot_be_built():
    class Empty(Model):
        pass

    with pytest.raises(TypeError, match='forward'):
        Empty()


def test_counts_parameters():
    model = Pair(width=3)
    assert model.num_parameters() == 9 + 9 + 3
    model.first.requires_grad_(False)
    assert model.num_parameters(trainable_only=True) == 9 + 3


def test_counts_a_shared_parameter_once():
    model = Pair(width=3)
    model.second.weight = model.first.weight
    assert model.num_parameters() == 9 + 3


def test_save_and_load_restore_the_outputs(tmp_path):
    path = tmp_path / 'deep' / 'pair.pt'
    saved, loaded = Pair(), Pair()
    x = torch.randn(2, 3)
    assert not torch.equal(saved(x), loaded(x))
    saved.save(path)
    loaded.load(path)
    torch.testing.assert_close(saved(x), loaded(x), rtol=0, atol=0)


def test_weights_of_another_shape_are_refused(tmp_path):
    Pair(width=3).save(tmp_path / 'pair.pt')
    with pytest.raises(RuntimeError, match='size mismatch for first.weight'):
        Pair(width=4).load(tmp_path / 'pair.pt')
