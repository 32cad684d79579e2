"""Follows the shapes through the module at full size, on meta tensors that hold no data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named


def outline(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Build on the meta device and run there.

    Args:
        arguments: ``of`` (with the device ``meta``), ``shapes``: for each input that is present
            its shape and dtype, ``order`` and ``returns``. Without shapes only the parameters are
            listed.

    Returns:
        ``parameters``: name, shape and whether it is learned; ``outputs``: shape and dtype by name;
        ``structure``; ``flow``: one step per submodule call in the order in which they ended.
    """
    built = modules.instance(arguments["of"])
    answer: dict[str, Any] = {
        "parameters": [
            [name, list(value.shape), value.requires_grad]
            for name, value in built.module.named_parameters()
        ]
    }
    if "shapes" not in arguments:
        return answer
    inputs = {
        name: torch.empty(shape, dtype=getattr(torch, dtype), device="meta")
        for name, (shape, dtype) in arguments["shapes"].items()
    }
    built.module.eval()
    flow: list[dict[str, Any]] = []
    hooks = [
        module.register_forward_hook(_step(flow, name))
        for name, module in built.module.named_modules()
    ]
    try:
        with torch.no_grad(), modules.precision(built.dtype):
            returned = call(built.module, inputs, arguments["order"])
    finally:
        for hook in hooks:
            hook.remove()
    outputs, structure = named(returned, arguments["returns"])
    answer["outputs"] = {name: [list(t.shape), _dtype(t)] for name, t in outputs.items()}
    return {**answer, "structure": structure, "flow": flow}


def _step(flow: list[dict[str, Any]], name: str) -> Any:
    def record(module: nn.Module, inputs: object, output: object) -> None:
        flow.append(
            {
                "name": name,
                "type": type(module).__name__,
                "output": _shown(output),
                "parameters": sum(own.numel() for own in module.parameters(recurse=False)),
                "depth": len(name.split(".")) if name else 0,
            }
        )

    return record


def _shown(output: object) -> str:
    if isinstance(output, Tensor):
        return f"{_dtype(output)} ({', '.join(map(str, output.shape))})"
    if isinstance(output, Mapping):
        return ", ".join(f"{key}: {_shown(value)}" for key, value in output.items())
    if isinstance(output, tuple | list):
        return ", ".join(_shown(part) for part in output)
    return type(output).__name__


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
