"""Train a recipe: `python -m pocket configs/mlp_blobs.yaml`."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from pocket.recipe import Recipe

logger = logging.getLogger('pocket')


def main(arguments: Sequence[str] | None = None) -> int:
    """Train a recipe and log how good the model became.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line; by default that of the process.

    Returns
    -------
    int
        The exit status, 0 for success and 2 for a recipe that is wrong.
    """
    parser = argparse.ArgumentParser(prog='pocket', description='Train a recipe.')
    parser.add_argument('recipe', type=Path, help='a YAML file, see configs/')
    parser.add_argument('--steps', type=int, help='train for this many steps instead')
    parser.add_argument('--checkpoint', type=Path, help='resume from and save to')
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format='%(message)s')
    try:
        train(options.recipe, steps=options.steps, checkpoint=options.checkpoint)
    except (OSError, TypeError, ValueError) as problem:
        logger.error('%s', problem)
        return 2
    return 0


def train(path: Path, *, steps: int | None = None, checkpoint: Path | None = None) -> None:
    """Train a recipe to its end.

    Parameters
    ----------
    path : Path
        The recipe.
    steps : int, optional
        Number of steps instead of the recipe's.
    checkpoint : Path, optional
        Resumed from where it exists, and written at the end.
    """
    recipe = Recipe.read(path)
    trainer = (recipe if steps is None else recipe.with_steps(steps)).trainer()
    if checkpoint is not None and checkpoint.exists():
        trainer.resume(checkpoint)
    trainer.fit()
    if checkpoint is not None:
        trainer.save(checkpoint)
    result = trainer.evaluate()
    logger.info('loss %.4f, accuracy %.1f %%', result.loss, 100 * result.accuracy)


if __name__ == '__main__':
    sys.exit(main())
