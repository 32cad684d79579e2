"""Files that hold everything a run needs to go on."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from pocket.training.config import TrainConfig

# A run may go on elsewhere and log differently; any other change would be another run.
_FREE = {'device', 'log_every'}


def write_checkpoint(path: str | Path, state: dict[str, Any], config: TrainConfig) -> None:
    """Write a checkpoint; a file that is there already is replaced only when all is written.

    Parameters
    ----------
    path : str or Path
        Where to write.
    state : dict
        What `Trainer.state` gives.
    config : TrainConfig
        Options of the run.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + '.partial')
    torch.save({'config': asdict(config), **state}, partial)
    os.replace(partial, path)


def read_checkpoint(path: str | Path, config: TrainConfig) -> dict[str, Any]:
    """Read a checkpoint of the same run.

    Parameters
    ----------
    path : str or Path
        What to read; only tensors and plain values are unpickled.
    config : TrainConfig
        Options of the run that goes on.

    Returns
    -------
    dict
        What `Trainer.state` gave.

    Raises
    ------
    ValueError
        If the checkpoint was written under other options.
    """
    state = torch.load(Path(path), map_location='cpu', weights_only=True)
    written = state.pop('config')
    present = asdict(config)
    changed = [
        f'{name} (then {written.get(name)!r}, now {present.get(name)!r})'
        for name in sorted(written.keys() | present.keys())
        if name not in _FREE and written.get(name) != present.get(name)
    ]
    if changed:
        raise ValueError(
            f'{path} belongs to a run with other options: {", ".join(changed)}; '
            'restore them, or start a new run'
        )
    return state
