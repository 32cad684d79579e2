"""Takes several backward passes in a row, as a training loop with accumulation does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors


def steps(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call and pull one cotangent back, several times, without clearing gradients.

    Args:
        arguments: As for `run`, with one cotangent, and ``count``: how often.

    Returns:
        ``gradients``: after each pass the root mean square of each parameter's gradient.
    """
    found: list[dict[str, float]] = []
    with prepared(arguments) as built, torch.enable_grad():
        built.module.zero_grad(set_to_none=True)
        try:
            for _ in range(int(arguments["count"])):
                modules.seed(int(arguments.get("seed", 0)))
                given = tensors(arguments["inputs"], built)
                outputs, _ = named(
                    call(built.module, given, arguments["order"]), arguments["returns"]
                )
                (cotangent,) = arguments["cotangents"]
                ends = [name for name in cotangent if outputs[name].requires_grad]
                torch.autograd.backward(
                    [outputs[name] for name in ends],
                    [torch.from_numpy(np.array(cotangent[n])).to(outputs[n]) for n in ends],
                )
                found.append(_sizes(built.module))
        finally:
            built.module.zero_grad(set_to_none=True)
    return {"gradients": found}


def _sizes(module: torch.nn.Module) -> dict[str, float]:
    return {
        name: float(value.grad.double().norm())
        for name, value in module.named_parameters()
        if value.grad is not None
    }
