from pathlib import Path

import pytest
import torch

from pocket.recipe import Recipe

CONFIGS = sorted((Path(__file__).parent.parent / 'configs').glob('*.yaml'))


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_every_recipe_builds_and_does_a_step(path):
    trainer = Recipe.read(path).trainer()
    before = [parameter.clone() for parameter in trainer.model.parameters()]
    trainer.fit(until=2)
    after = trainer.model.parameters()
    assert any(not torch.equal(old, new) for old, new in zip(before, after, strict=True))


def test_the_same_recipe_gives_the_same_weights():
    recipe = Recipe.read(CONFIGS[0])
    first, second = recipe.trainer().model, recipe.trainer().model
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


THREE_PARTS = 'model: {name: mlp}\ndata: {name: blobs}\nloss: {name: focal}\n'


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('[1, 2]', r'must hold a mapping, got list'),
        ('model: {name: mlp}', r'missing data, loss'),
        (THREE_PARTS + 'seed: 3', r'unknown seed'),
        (THREE_PARTS.replace('name: mlp', 'width: 3'), r'model must be a mapping with a name'),
        (THREE_PARTS + 'train: {step: 3}', r'train: unknown step'),
        (THREE_PARTS + 'train: 3', r'train: expected a mapping'),
    ],
)
def test_a_wrong_recipe_is_explained(tmp_path, text, message):
    path = tmp_path / 'wrong.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        Recipe.read(path)


def test_with_steps_changes_nothing_else():
    recipe = Recipe.read(CONFIGS[0])
    changed = recipe.with_steps(7)
    assert changed.train.steps == 7
    assert changed.with_steps(recipe.train.steps) == recipe
