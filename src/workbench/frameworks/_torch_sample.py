"""Calls one function or layer with inputs of the host's choice, to tell it from another one."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules

_PLAIN = (bool, int, float, str, type(None))
_MANY = 100_000  # elements of one answer


def sample(given: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the question ``sample``.

    Args:
        given: ``module`` and ``name`` of a definition; ``trials``, each with ``inputs`` and, for a
            class, ``options`` for its constructor, both by position.

    Returns:
        ``answers``: for each trial the ``value``, or the kind of exception as ``raised``.
        Parameters of the same shapes in the same order are filled with the same numbers.
    """
    found = getattr(importlib.import_module(given["module"]), given["name"])
    return {"answers": [_answer(found, trial) for trial in given["trials"]]}


def _answer(found: Any, trial: Mapping[str, Any]) -> dict[str, Any]:
    torch.manual_seed(0)
    try:
        called = _filled(found(*trial["options"])) if "options" in trial else found
        with torch.no_grad():
            return {"value": _packed(called(*map(_tensor, trial["inputs"])))}
    except Exception as error:  # whatever it raises is its answer
        return {"raised": type(error).__name__}


def _filled(module: nn.Module) -> nn.Module:
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            drawn = torch.Generator().manual_seed(number)
            parameter.copy_(0.5 * torch.randn(parameter.shape, generator=drawn))
    return module.eval()


def _tensor(value: Any) -> Any:
    return torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value


def _packed(value: Any) -> Any:
    if isinstance(value, Tensor):
        if value.numel() > _MANY:
            raise ValueError("too large for a quick look")
        return modules.array(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [_packed(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _packed(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no plain value")
