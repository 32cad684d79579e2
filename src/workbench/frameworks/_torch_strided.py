"""Runs the module on inputs that do not lie in one piece in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors


def strided(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run once with inputs of the same values and other strides.

    Args:
        arguments: As for `run`.

    Returns:
        ``outputs``.
    """
    with prepared(arguments) as built, torch.no_grad():
        inputs = {
            name: _apart(tensor) for name, tensor in tensors(arguments["inputs"], built).items()
        }
        outputs, _ = named(call(built.module, inputs, arguments["order"]), arguments["returns"])
    return {"outputs": {name: modules.array(value) for name, value in outputs.items()}}


def _apart(tensor: Tensor) -> Tensor:
    """Copy a tensor so that its first axis is the innermost in memory, with gaps in between."""
    doubled = torch.stack([tensor, tensor], -1)
    order = [*range(1, doubled.ndim), 0] if tensor.ndim > 1 else range(doubled.ndim)
    laid = doubled.permute(*order).contiguous()
    back = [laid.ndim - 1, *range(laid.ndim - 1)] if tensor.ndim > 1 else range(laid.ndim)
    return laid.permute(*back)[..., 0]
