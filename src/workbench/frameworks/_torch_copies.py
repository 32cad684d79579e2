"""Copies a module and runs the copy."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors


def copies(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the module in one way, after a call, and run the copy and the original.

    Args:
        arguments: As for `run`, and ``how``: ``deepcopy``, ``pickle`` or ``save``.

    Returns:
        ``before``, ``copied`` and ``original``: outputs of the original, of the copy, and of the
        original after the copy's weights were changed; or ``refused``: why there is no copy, and
        ``parametrised``: whether it is torch that refuses, as it does for weights that are
        computed from others.
    """
    with prepared(arguments) as built:
        before = _outputs(built.module, built, arguments)
        try:
            copied = _copied(built.module, arguments["how"])
        except Exception as error:
            seen = f"{type(error).__name__}: {error}"
            parametrised = any(parametrize.is_parametrized(p) for p in built.module.modules())
            return {"refused": seen, "parametrised": parametrised and "state_dict" in seen}
        copied.train(built.module.training)
        after = _outputs(copied, built, arguments)
        with torch.no_grad():
            for value in copied.parameters():
                value.add_(1.0)
        original = _outputs(built.module, built, arguments)
    return {"before": before, "copied": after, "original": original}


def _copied(module: nn.Module, how: str) -> nn.Module:
    if how == "deepcopy":
        return copy.deepcopy(module)
    if how == "pickle":
        found: nn.Module = pickle.loads(pickle.dumps(module))
        return found
    stream = io.BytesIO()
    torch.save(module, stream)
    stream.seek(0)
    loaded: nn.Module = torch.load(stream, weights_only=False)
    return loaded


def _outputs(
    module: nn.Module, built: modules.Instance, arguments: Mapping[str, Any]
) -> dict[str, modules.Array]:
    modules.seed(int(arguments.get("seed", 0)))
    with torch.no_grad():
        returned = call(module, tensors(arguments["inputs"], built), arguments["order"])
    outputs, _ = named(returned, arguments["returns"])
    return {name: modules.array(value) for name, value in outputs.items()}
