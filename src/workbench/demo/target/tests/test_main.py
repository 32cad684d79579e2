import logging

import pytest

from pocket.__main__ import main

RECIPE = """
model: {name: mlp, width: 8, depth: 1}
data: {name: blobs, size: 64}
loss: {name: cross_entropy}
train: {steps: 20, batch_size: 16, log_every: 10}
"""


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / 'recipe.yaml'
    path.write_text(RECIPE)
    return path


def test_trains_and_logs_the_result(recipe, caplog):
    with caplog.at_level(logging.INFO):
        assert main([str(recipe)]) == 0
    assert 'step 20 of 20' in caplog.text
    assert 'accuracy' in caplog.text


def test_goes_on_from_a_checkpoint(recipe, tmp_path, caplog):
    checkpoint = tmp_path / 'runs' / 'first.pt'
    assert main([str(recipe), '--checkpoint', str(checkpoint)]) == 0
    with caplog.at_level(logging.INFO):
        assert main([str(recipe), '--checkpoint', str(checkpoint)]) == 0
    assert f'resumed {checkpoint} at step 20' in caplog.text


def test_another_number_of_steps_is_another_run(recipe, tmp_path, caplog):
    checkpoint = tmp_path / 'first.pt'
    assert main([str(recipe), '--checkpoint', str(checkpoint)]) == 0
    assert main([str(recipe), '--checkpoint', str(checkpoint), '--steps', '30']) == 2
    assert 'steps (then 20, now 30)' in caplog.text


def test_a_missing_recipe_is_an_error(tmp_path, caplog):
    assert main([str(tmp_path / 'none.yaml')]) == 2
    assert 'none.yaml' in caplog.text
