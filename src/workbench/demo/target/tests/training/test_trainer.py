import pytest
import torch
from torch import nn

from pocket.data import Blobs
from pocket.losses import CrossEntropy
from pocket.models import MLP
from pocket.training import TrainConfig, Trainer


def trainer(**options):
    torch.manual_seed(0)
    defaults = {'steps': 60, 'batch_size': 16, 'learning_rate': 0.01, 'device': 'cpu'}
    return Trainer(
        model=MLP(width=16, dropout=0.2),
        dataset=Blobs(size=100),
        loss=CrossEntropy(),
        config=TrainConfig(**{**defaults, **options}),
    )


def weights(run):
    return nn.utils.parameters_to_vector(run.model.parameters()).detach().clone()


def test_the_loss_falls():
    run = trainer()
    before = run.evaluate()
    run.fit()
    after = run.evaluate()
    assert run.step == len(run.losses) == 60
    assert after.loss < 0.5 * before.loss
    assert after.accuracy > 0.95


def test_what_is_learned_holds_for_new_points():
    run = trainer()
    run.fit()
    assert run.evaluate(Blobs(size=200, seed=99)).accuracy > 0.9


def test_the_same_run_gives_the_same_weights():
    first, second = trainer(), trainer()
    first.fit()
    second.fit()
    assert torch.equal(weights(first), weights(second))


def test_a_resumed_run_is_exactly_the_run_that_never_stopped(tmp_path):
    straight = trainer()
    straight.fit()

    stopped = trainer()
    stopped.fit(until=23)
    stopped.save(tmp_path / 'run.pt')
    resumed = trainer()
    torch.rand(7)
    resumed.resume(tmp_path / 'run.pt')
    assert resumed.step == 23
    resumed.fit()

    assert torch.equal(weights(resumed), weights(straight))
    assert resumed.losses == straight.losses[23:]


def test_weight_decay_spares_biases():
    decayed, spared = trainer().optimizer.param_groups
    assert decayed['weight_decay'] > 0
    assert spared['weight_decay'] == 0
    assert all(parameter.dim() >= 2 for parameter in decayed['params'])
    assert all(parameter.dim() == 1 for parameter in spared['params'])


def test_frozen_parameters_stay():
    run = trainer()
    model = run.model
    model.head.requires_grad_(False)
    run = Trainer(model=model, dataset=run.dataset, loss=run.loss, config=run.config)
    before = model.head.weight.clone()
    run.fit(until=5)
    assert torch.equal(model.head.weight, before)


def test_long_gradients_are_clipped():
    run = trainer(clip_norm=1e-3)
    run.fit(until=1)
    norm = nn.utils.get_total_norm([parameter.grad for parameter in run.model.parameters()])
    assert norm.item() == pytest.approx(1e-3, rel=1e-2)


def test_evaluation_leaves_the_mode_as_it_was():
    run = trainer()
    run.model.train()
    first, second = run.evaluate(), run.evaluate()
    assert first == second
    assert run.model.training


def test_a_loss_that_is_not_finite_stops_the_run():
    run = trainer()
    with torch.no_grad():
        run.model.head.bias.fill_(float('nan'))
    with pytest.raises(FloatingPointError, match='nan at step 0'):
        run.fit()


def test_an_empty_data_set_cannot_be_evaluated():
    with pytest.raises(ValueError, match='empty data set'):
        trainer().evaluate(Blobs(size=0))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a CUDA device')
def test_trains_on_a_gpu():
    run = trainer(device='cuda')
    run.fit()
    assert next(run.model.parameters()).is_cuda
    assert run.evaluate().accuracy > 0.95
