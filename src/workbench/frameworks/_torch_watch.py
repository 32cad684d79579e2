"""Watches what comes out of each layer in one call, and how its parameters were drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from workbench.frameworks._torch_run import call, prepared, tensors

_MOST = 400  # layers


def watch(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run once and describe the values that come out of each layer without children.

    Args:
        arguments: As for `run`.

    Returns:
        ``activations``: name, type, mean, standard deviation and share of zeros, in the order of
        the calls; ``parameters``: name, mean, standard deviation and largest absolute value.
        What is not finite is None.
    """
    with prepared(arguments) as built, torch.no_grad():
        seen: list[dict[str, Any]] = []
        leaves = [
            (name, part) for name, part in built.module.named_modules() if not [*part.children()]
        ]
        hooks = [part.register_forward_hook(_seen(seen, name)) for name, part in leaves[:_MOST]]
        try:
            call(built.module, tensors(arguments["inputs"], built), arguments["order"])
        finally:
            for hook in hooks:
                hook.remove()
        drawn = [
            {"name": name, **_described(value)} for name, value in built.module.named_parameters()
        ]
    return {"activations": seen, "parameters": drawn[: 4 * _MOST]}


def _seen(seen: list[dict[str, Any]], name: str) -> Any:
    def record(module: nn.Module, inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.is_floating_point() and output.numel():
            seen.append({"name": name, "type": type(module).__name__, **_described(output)})

    return record


def _described(values: Tensor) -> dict[str, Any]:
    wide = values.detach().double()
    if not wide.numel():
        return {"mean": None, "deviation": None, "largest": None, "zeros": 0.0}
    figures = {
        "mean": wide.mean().item(),
        "deviation": wide.std(correction=0).item(),
        "largest": wide.abs().max().item(),
    }
    finite = {key: value if math.isfinite(value) else None for key, value in figures.items()}
    return {**finite, "zeros": (wide == 0).double().mean().item()}
