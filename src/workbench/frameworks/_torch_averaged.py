"""Finds an average of a model's weights in what a training loop gives back or keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from workbench.frameworks import _torch_module as modules

_DEEPEST = 5
_FOREIGN = ("builtins", "torch", "numpy", "collections", "workbench")  # what holds no draft's copy


def averaged(places: Any, model: nn.Module) -> dict[str, Any]:
    """Look for weights of the same shapes in another module, or in a state.

    Args:
        places: What a loop gave back, and the objects that it kept.
        model: The model that was trained.

    Returns:
        ``average``: its parameters, flat, or None; ``buffers``: that of the model and its own.
    """
    names = [name for name, _ in model.named_parameters()]
    own = {value.data_ptr() for value in model.parameters()}
    for state in _states(places, 0):
        found = {name.removeprefix("module."): value for name, value in state.items()}
        alike = all(name in found for name in names)
        if alike and not any(found[name].data_ptr() in own for name in names):
            flat = [modules.array(found[name]).reshape(-1) for name in names]
            buffers = [float(dict(model.named_buffers())["seen"]), float(found.get("seen", -1.0))]
            return {"average": np.concatenate(flat).astype(np.float64), "buffers": buffers}
    return {"average": None, "buffers": []}


def _states(value: Any, depth: int) -> Iterator[Mapping[str, torch.Tensor]]:
    """Yield the states of modules, and mappings that are such states."""
    if isinstance(value, nn.Module):
        yield value.state_dict()
        return
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        if value and all(isinstance(part, torch.Tensor) for part in value.values()):
            yield {str(name): part for name, part in value.items()}
            return
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = list(value)
    elif type(value).__module__.partition(".")[0] in _FOREIGN:
        return
    else:
        parts = list(getattr(value, "__dict__", {}).values())
    for part in parts:
        yield from _states(part, depth + 1)
