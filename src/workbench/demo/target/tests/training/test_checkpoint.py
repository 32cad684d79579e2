import pytest
import torch

from pocket.training import TrainConfig
from pocket.training.checkpoint import read_checkpoint, write_checkpoint

CONFIG = TrainConfig(steps=10)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / 'deep' / 'run.pt'
    write_checkpoint(path, {'step': 3, 'model': {'weight': torch.arange(4)}}, CONFIG)
    state = read_checkpoint(path, CONFIG)
    assert state['step'] == 3
    torch.testing.assert_close(state['model']['weight'], torch.arange(4))


def test_other_options_are_refused_by_name(tmp_path):
    path = tmp_path / 'run.pt'
    write_checkpoint(path, {'step': 3}, CONFIG)
    with pytest.raises(ValueError, match=r'seed \(then 0, now 4\), steps \(then 10, now 20\)'):
        read_checkpoint(path, TrainConfig(steps=20, seed=4))


def test_a_run_may_move_to_another_device(tmp_path):
    path = tmp_path / 'run.pt'
    write_checkpoint(path, {'step': 3}, TrainConfig(steps=10, device='cuda'))
    assert read_checkpoint(path, TrainConfig(steps=10, device='cpu'))['step'] == 3


def test_a_failed_write_keeps_the_file_that_was_there(tmp_path):
    path = tmp_path / 'run.pt'
    write_checkpoint(path, {'step': 3}, CONFIG)
    with pytest.raises((AttributeError, TypeError), match='pickle'):
        write_checkpoint(path, {'step': lambda: 4}, CONFIG)
    assert read_checkpoint(path, CONFIG)['step'] == 3
